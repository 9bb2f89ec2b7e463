"""Reading documents from a folder."""

from pathlib import Path

import pytest

from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.memory import ingest as module
from agent_sdk.memory.ingest import FILE_SIZE_MAX_BYTES, ingest


def reasons(folder: Path) -> dict[str, str]:
    return {skipped.path: skipped.reason for skipped in ingest(folder).skipped}


def test_documents_are_named_by_their_path_below_the_folder(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "b.md").write_text("# B\n\ntext", encoding="utf-8")
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    found = ingest(tmp_path)
    assert found.documents == ("a.txt", "deep/er/b.md")
    assert [each.document for each in found.chunks] == ["a.txt", "deep/er/b.md"]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.rst", "a.html", "a.csv", "a.json", "A.TXT"])
def test_text_documents_of_each_kind_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("tea is a drink", encoding="utf-8")
    assert ingest(tmp_path).documents == (name,)


def test_one_file_can_be_named_instead_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("tea", encoding="utf-8")
    (tmp_path / "b.txt").write_text("coffee", encoding="utf-8")
    assert ingest(tmp_path / "a.txt").documents == ("a.txt",)


def test_what_is_no_text_is_left_out_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    (tmp_path / "latin.txt").write_bytes("Größe".encode("latin-1"))
    (tmp_path / "zero.txt").write_bytes(b"a\0b")
    (tmp_path / "huge.txt").write_bytes(b"x" * (FILE_SIZE_MAX_BYTES + 1))
    found = reasons(tmp_path)
    assert found["image.png"].startswith("not a text document")
    assert found["latin.txt"] == "not UTF-8 text"
    assert found["zero.txt"] == "binary"
    assert found["huge.txt"].startswith(f"{FILE_SIZE_MAX_BYTES + 1} bytes")


def test_hidden_files_and_links_are_not_even_looked_at(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret", encoding="utf-8")
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / ".hidden.txt").write_text("x", encoding="utf-8")
    (folder / "link.txt").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    assert ingest(folder).documents == ()
    assert ingest(folder).skipped == ()


def test_the_tags_of_a_page_are_gone_and_offsets_still_fit_the_file(tmp_path: Path) -> None:
    page = "<h1>Tea</h1><script>bad()</script><p>Tea is <b>good</b> for you.</p><br>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    chunk = ingest(tmp_path).chunks[0]
    assert "bad()" not in chunk.text
    assert "<" not in chunk.text
    assert "Tea is" in chunk.text
    place = chunk.text.index("good")
    assert page[chunk.start + place :].startswith("good")


def test_more_files_than_the_bound_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILES_MAX_COUNT", 1)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("tea", encoding="utf-8")
    assert reasons(tmp_path) == {"b.txt": "more than 1 files"}


def test_documents_that_would_overfill_the_index_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNKS_MAX_COUNT", 1)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("tea", encoding="utf-8")
    assert reasons(tmp_path) == {"b.txt": "the index is full (1 chunks)"}


def test_a_folder_that_is_not_there_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no folder") as caught:
        ingest(tmp_path / "nowhere")
    assert caught.value.hint
