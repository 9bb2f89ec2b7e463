import os
import stat
from pathlib import Path
from typing import Any

import pytest

from agent_sdk.contracts.errors import ToolArgumentsInvalid, ToolRefused
from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.tools.builtin import folders
from agent_sdk.tools.builtin.filesystem import IMAGE_SIZE_MAX_BYTES, WRITE_SIZE_MAX_BYTES, file_tools
from agent_sdk.tools.builtin.folders import FILE_SIZE_MAX_BYTES, DescriptorFolder, PathFolder, Roots
from tests.unit.tools.context import call

PNG = b"\x89PNG\r\n\x1a\n\x00\x00"


async def read(root: Path, path: str, **args: Any) -> str:
    return (await call(file_tools([root])[0], {"path": path, **args})).content


async def write(root: Path, path: str, content: str) -> str:
    return (await call(file_tools([root])[1], {"path": path, "content": content})).content


async def test_what_was_written_is_read(tmp_path: Path) -> None:
    assert await write(tmp_path, "a/b/c.txt", "héllo\n") == "Wrote 7 bytes to a/b/c.txt."
    assert await read(tmp_path, "a/b/c.txt") == "héllo\n"
    assert await read(tmp_path, str(tmp_path / "a" / "x" / ".." / "b" / "c.txt")) == "héllo\n"
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["c.txt"]


async def test_no_roots_refuse_everything_and_name_the_setting() -> None:
    for tool, args in zip(file_tools([]), ({"path": "a"}, {"path": "a", "content": ""}), strict=True):
        with pytest.raises(ToolRefused) as caught:
            await call(tool, args)
        assert "AGENT_SDK_FS_ROOTS" in (caught.value.hint or "")


async def test_an_absolute_path_may_be_in_any_root(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for root in (first, second):
        root.mkdir()
        (root / "f").write_text(root.name)
    reader = file_tools([first, second])[0]
    assert (await call(reader, {"path": "f"})).content == "1"
    assert (await call(reader, {"path": str(second / "f")})).content == "2"


async def test_a_root_that_is_a_link_works_by_both_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "f").write_text("x")
    (tmp_path / "link").symlink_to("real")
    assert await read(tmp_path / "link", "f") == "x"
    assert await read(tmp_path / "link", str(tmp_path / "link" / "f")) == "x"
    assert await read(tmp_path / "link", str(tmp_path / "real" / "f")) == "x"


@pytest.mark.parametrize(
    ("offset", "limit", "expected"),
    [
        (0, 2, "1\n2\n[lines 1 to 2 of 4]"),
        (2, None, "3\n4\n[lines 3 to 4 of 4]"),
        (3, 9, "4\n[lines 4 to 4 of 4]"),
    ],
)
async def test_some_lines_can_be_read(tmp_path: Path, offset: int, limit: int | None, expected: str) -> None:
    (tmp_path / "f").write_text("1\n2\n3\n4\n")
    assert await read(tmp_path, "f", offset=offset, limit=limit) == expected


async def test_lines_past_the_end_are_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("1\n")
    with pytest.raises(ToolFailed, match="the file has 1 lines"):
        await read(tmp_path, "f", offset=1)
    with pytest.raises(ToolArgumentsInvalid, match="offset"):
        await read(tmp_path, "f", offset=-1)


async def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xef\xbb\xbfx")
    assert await read(tmp_path, "f") == "x"


@pytest.mark.parametrize(
    ("data", "said"), [(b"a\0b", "f is not text"), (b"ab\xff", "f is not UTF-8: byte 2")]
)
async def test_what_is_not_text_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "f").write_bytes(data)
    with pytest.raises(ToolRefused, match=said):
        await read(tmp_path, "f")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a\0", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
    ],
)
async def test_an_image_is_attached(tmp_path: Path, data: bytes, kind: str) -> None:
    (tmp_path / "f").write_bytes(data)
    output = await call(file_tools([tmp_path])[0], {"path": "f"})
    assert [(each.media_type, each.data) for each in output.attachments] == [(kind, data)]


async def test_what_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"x" * (FILE_SIZE_MAX_BYTES + 1))
    (tmp_path / "image").write_bytes(PNG + b"x" * IMAGE_SIZE_MAX_BYTES)
    with pytest.raises(ToolRefused, match="text is larger than"):
        await read(tmp_path, "text")
    with pytest.raises(ToolRefused, match="image is an image of more than"):
        await read(tmp_path, "image")
    with pytest.raises(ToolRefused, match="the content is larger than"):
        await write(tmp_path, "f", "x" * (WRITE_SIZE_MAX_BYTES + 1))


@pytest.mark.parametrize("kind", [DescriptorFolder, PathFolder])
def test_both_kinds_of_folder_read_write_and_keep_permissions(
    tmp_path: Path, kind: type[DescriptorFolder | PathFolder]
) -> None:
    roots = Roots([tmp_path], kind)
    roots.write("a/f", b"1")
    (tmp_path / "a" / "f").chmod(0o640)
    roots.write("a/f", b"2")
    assert roots.read("a/f") == b"2"
    assert stat.S_IMODE((tmp_path / "a" / "f").stat().st_mode) == 0o640


@pytest.mark.parametrize("kind", [DescriptorFolder, PathFolder])
@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        ("missing", ToolFailed, "missing does not exist"),
        ("no/such/f", ToolFailed, "no/such/f does not exist"),
        ("folder", ToolFailed, "folder is (a folder, )?not a file"),
        (".", ToolFailed, "is a folder, not a file"),
        ("", ToolFailed, "is a folder, not a file"),
        ("file/x", ToolRefused, "goes through a file or a symbolic link"),
        ("pipe", ToolFailed, "pipe is not a file"),
        ("a\0b", ToolRefused, "zero characters"),
        ("\ud800", ToolFailed, "not a file name"),
        ("x" * 300, ToolFailed, "File name too long"),
        ("../f", ToolRefused, "outside the allowed folders"),
        ("/etc/passwd", ToolRefused, "outside the allowed folders"),
    ],
)
def test_a_path_that_cannot_be_read_is_told(
    tmp_path: Path, kind: type[DescriptorFolder | PathFolder], path: str, error: type[Exception], said: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(error, match=said) as caught:
        Roots([tmp_path], kind).read(path)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("kind", [DescriptorFolder, PathFolder])
@pytest.mark.parametrize(
    ("path", "error", "said"),
    [
        ("folder", ToolFailed, "folder is not a file"),
        ("link", ToolRefused, "link is a symbolic link"),
        ("file/x", ToolRefused, "goes through a file"),
        ("x" * 300, ToolFailed, "File name too long"),
    ],
)
def test_a_path_that_cannot_be_written_is_told_and_leaves_nothing(
    tmp_path: Path, kind: type[DescriptorFolder | PathFolder], path: str, error: type[Exception], said: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    with pytest.raises(error, match=said):
        Roots([tmp_path], kind).write(path, b"new")
    assert (tmp_path / "file").read_text() == "x"
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_root_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed, match="f does not exist"):
        Roots([tmp_path / "gone"]).read("f")


def test_left_over_temporary_files_are_passed_by_and_many_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / f".agent-sdk-{os.getpid()}-7.tmp"
    left.write_text("left")
    monkeypatch.setattr(folders, "_numbers", iter([7, 8, *[7] * 1000]))
    Roots([tmp_path]).write("f", b"x")
    assert (tmp_path / "f").read_text() == "x"
    with pytest.raises(ToolFailed, match="left-over"):
        Roots([tmp_path]).write("f", b"y")
    assert left.read_text() == "left"
