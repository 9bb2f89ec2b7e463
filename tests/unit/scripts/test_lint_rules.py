from pathlib import Path

import pytest

from scripts.lint_rules import EVERYWHERE, IN_TESTS, findings, main


def lines(source: str) -> list[int]:
    return [line for line, _ in findings(source, IN_TESTS)]


@pytest.mark.parametrize(
    "handler",
    [
        "except:\n    handle()",
        "except Exception:\n    pass",
        "except BaseException as error:\n    ...",
        "except Exception:\n    'nothing to do'",
    ],
)
def test_swallowing_everything_is_found(handler: str) -> None:
    assert lines(f"try:\n    work()\n{handler}\n") == [3]


@pytest.mark.parametrize(
    "handler",
    ["except KeyError:\n    pass", "except Exception:\n    log()", "except Exception:\n    raise"],
)
def test_catching_with_a_purpose_is_not(handler: str) -> None:
    assert lines(f"try:\n    work()\n{handler}\n") == []


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.sleep(1)",
        "import asyncio as aio\nawait aio.sleep(0.01)",
        "from time import sleep as nap\nnap(2)",
        "from anyio import sleep\nawait sleep(1)",
    ],
)
def test_a_sleep_is_found_under_any_name(source: str) -> None:
    assert lines(source) == [2]


@pytest.mark.parametrize(
    "source",
    [
        "import asyncio\nawait asyncio.sleep(0)",
        "import asyncio\nawait asyncio.sleep(delay)",
        "await clock.sleep(5)",
        "import asyncio\nasyncio.sleep()",
    ],
)
def test_giving_way_and_fake_clocks_are_not_sleeps(source: str) -> None:
    assert lines(source) == []


def test_sleeping_is_only_forbidden_to_tests() -> None:
    assert findings("import time\ntime.sleep(1)", EVERYWHERE) == []


def test_a_dropped_task_is_found() -> None:
    assert lines("import asyncio\nasyncio.create_task(work())\nasyncio.ensure_future(work())") == [2, 3]


@pytest.mark.parametrize(
    "source",
    ["task = asyncio.create_task(work())", "await asyncio.create_task(work())", "group.create_task(w())"],
)
def test_a_task_that_somebody_holds_is_not(source: str) -> None:
    assert lines(f"import asyncio\n{source}") == []


def test_offenders_are_printed_with_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("agent_sdk", "tests"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.py").write_text("import time\ntime.sleep(1)\n")
    assert main(tmp_path) == 1
    assert capsys.readouterr().out == "tests/x.py:2: a test slept; wait for an event, or move a fake clock\n"


def test_a_tree_without_offenders_passes(tmp_path: Path) -> None:
    assert main(tmp_path) == 0
