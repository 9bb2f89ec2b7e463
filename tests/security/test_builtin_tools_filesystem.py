"""`filesystem.read` and `filesystem.write` touch nothing outside their roots, whatever the path and the links are."""

import os
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_sdk.contracts.errors import ToolRefused
from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.tools.builtin.folders import DescriptorFolder, PathFolder, Roots

SECRET = b"what nobody may read"
NAMES = ["a", "b", "up", "out", "file", "abs", "loop", "self"]
COMPONENTS = st.sampled_from([*NAMES, "..", ".", "", "new", "outside", "secret", "~", "...", "\\..", "..\\"])


def build(base: Path) -> tuple[Path, Path]:
    """A root full of links, and a folder outside that they point to."""
    root, outside = base / "root", base / "outside"
    (root / "a" / "b").mkdir(parents=True)
    (outside / "a").mkdir(parents=True)
    (outside / "secret").write_bytes(SECRET)
    (outside / "a" / "secret").write_bytes(SECRET)
    (root / "secret").write_bytes(b"harmless")
    for folder in (root, root / "a", root / "a" / "b"):
        (folder / "up").symlink_to("..")
        (folder / "out").symlink_to(outside)
        (folder / "file").symlink_to(outside / "secret")
        (folder / "abs").symlink_to("/")
        (folder / "loop").symlink_to("loop")
        (folder / "self").symlink_to(".")
    return root, outside


def picture(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def attempted(roots: Roots, path: str) -> bytes:
    """Read and write `path`; returns what was told."""
    told = b""
    try:
        told += roots.read(path)
    except (ToolRefused, ToolFailed) as error:
        told += str(error).encode()
    try:
        roots.write(path, b"written")
        told += roots.read(path)
    except (ToolRefused, ToolFailed) as error:
        told += str(error).encode()
    return told


@pytest.mark.parametrize("kind", [DescriptorFolder, PathFolder])
@pytest.mark.parametrize("absolute", [False, True])
@settings(max_examples=150, deadline=None)
@given(parts=st.lists(COMPONENTS, min_size=1, max_size=7))
def test_no_path_touches_a_file_outside(
    kind: type[DescriptorFolder | PathFolder], absolute: bool, parts: list[str]
) -> None:
    with TemporaryDirectory() as name:
        root, outside = build(Path(name))
        before = picture(outside)
        path = "/".join([str(root), *parts] if absolute else parts)
        told = attempted(Roots([root], kind), path)
        assert SECRET not in told
        assert str(outside).encode() not in told
        assert picture(outside) == before
        assert sorted(entry.name for entry in Path(name).iterdir()) == ["outside", "root"]


@pytest.mark.parametrize(
    "path",
    [
        "file",
        "out/secret",
        "up/outside/secret",
        "a/up/up/outside/secret",
        "self/secret",
        "abs/etc/passwd",
        "loop",
        "../outside/secret",
        "a/../../outside/secret",
        "a/b/../../../outside/secret",
    ],
)
@pytest.mark.parametrize("kind", [DescriptorFolder, PathFolder])
def test_links_and_dots_are_refused(
    tmp_path: Path, kind: type[DescriptorFolder | PathFolder], path: str
) -> None:
    root, outside = build(tmp_path)
    before = picture(outside)
    with pytest.raises(ToolRefused) as caught:
        Roots([root], kind).read(path)
    assert "AGENT_SDK_FS_ROOTS" in (caught.value.hint or "")
    with pytest.raises(ToolRefused):
        Roots([root], kind).write(path, b"x")
    assert picture(outside) == before


def test_a_sibling_whose_name_begins_like_the_root_is_outside(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root2").mkdir()
    (tmp_path / "root2" / "f").write_bytes(SECRET)
    with pytest.raises(ToolRefused, match="outside"):
        Roots([tmp_path / "root"]).read(str(tmp_path / "root2" / "f"))


@contextmanager
def swapped(swap: Callable[[], None]) -> Generator[None]:
    """Repeat `swap` in a thread."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            swap()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_a_folder_that_keeps_turning_into_a_link_never_leads_outside(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder, content in ((root / "d", b"inside"), (outside, SECRET)):
        folder.mkdir(parents=True)
        (folder / "f").write_bytes(content)
    (root / "link").symlink_to(outside)

    def swap() -> None:
        for source, target in (("d", "kept"), ("link", "d"), ("d", "link"), ("kept", "d")):
            (root / source).rename(root / target)

    seen = set[bytes]()
    with swapped(swap):
        for _ in range(1000):
            with suppress(ToolRefused, ToolFailed):
                seen.add(Roots([root], DescriptorFolder).read("d/f"))
    assert seen <= {b"inside"}


def test_a_file_that_keeps_turning_into_a_link_is_never_written_through(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "f").write_bytes(SECRET)

    def swap() -> None:
        (root / "link").symlink_to(outside / "f")
        (root / "link").replace(root / "f")

    with swapped(swap):
        for _ in range(500):
            with suppress(ToolRefused, ToolFailed):
                Roots([root], DescriptorFolder).write("f", b"inside")
    assert picture(outside) == {"f": SECRET}


@pytest.mark.parametrize("kind", [DescriptorFolder, PathFolder])
def test_a_failed_write_keeps_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[DescriptorFolder | PathFolder]
) -> None:
    (tmp_path / "f").write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ToolFailed, match="f: No space left on device"):
        Roots([tmp_path], kind).write("f", b"new")
    assert picture(tmp_path) == {"f": b"old"}
