from pathlib import Path

import pytest

from scripts.check_sizes import main, oversized


def function_of(lines: int) -> str:
    return "def long():\n" + "    pass\n" * (lines - 1)


def test_a_function_of_seventy_lines_is_accepted() -> None:
    assert list(oversized(function_of(70))) == []


def test_a_function_of_seventy_one_lines_is_named_with_its_line() -> None:
    assert list(oversized("\n" + function_of(71))) == [(2, "function long has 71 lines, at most 70")]


def test_an_async_method_counts_like_a_function() -> None:
    source = "class C:\n    async def long(self):\n" + "        pass\n" * 70
    assert list(oversized(source)) == [(2, "function long has 71 lines, at most 70")]


def test_a_module_of_five_hundred_lines_is_accepted() -> None:
    assert list(oversized("x = 1\n" * 500)) == []


def test_a_module_of_five_hundred_and_one_lines_is_not() -> None:
    assert list(oversized("x = 1\n" * 501)) == [(1, "module has 501 lines, at most 500")]


def test_offenders_are_printed_with_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text(function_of(80))
    assert main(tmp_path) == 1
    assert capsys.readouterr().out == "tests/test_x.py:1: function long has 80 lines, at most 70\n"


def test_a_tree_without_offenders_passes_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "agent_sdk").mkdir()
    (tmp_path / "agent_sdk" / "x.py").write_text("x = 1\n")
    assert main(tmp_path) == 0
    assert capsys.readouterr().out == ""
