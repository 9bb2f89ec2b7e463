"""Reading the console's files: what is served, what is not, and that no name leads elsewhere."""

from pathlib import Path

import pytest

from agent_sdk.ui.files import read, shell
from agent_sdk.ui.place import NOWHERE


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """Built files, and what else may lie around."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(b'<meta content="__CSP_NONCE__"><p title="__CSP_NONCE__">')
    (folder / "build.json").write_bytes(b"{}")
    (folder / "assets" / "app-1a2b.js").write_bytes(b"plain")
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(b"packed")
    (folder / "assets" / "app-1a2b.js.map").write_bytes(b"map")
    (folder / "assets" / "only.css").write_bytes(b"css")
    (folder / "assets" / ".hidden.js").write_bytes(b"hidden")
    (folder / "assets" / "folder.js").mkdir()
    (tmp_path / "secret.js").write_bytes(b"secret")
    return folder


def test_the_shell_has_the_nonce_wherever_it_is_asked_for(static: Path) -> None:
    assert shell(static, "abc") == b'<meta content="abc"><p title="abc">'


@pytest.mark.parametrize("place", [NOWHERE.static, Path("no", "such", "folder")])
def test_there_is_no_shell_where_nothing_is_built(place: Path) -> None:
    assert shell(place, "abc") is None
    assert read(place, "assets/app.js", gzip=True) is None


def test_a_file_is_read_as_it_is_or_as_its_packed_twin(static: Path) -> None:
    plain, packed = (read(static, "assets/app-1a2b.js", gzip=gzip) for gzip in (False, True))
    assert plain is not None
    assert packed is not None
    assert (plain.body, plain.is_gzip) == (b"plain", False)
    assert (packed.body, packed.is_gzip) == (b"packed", True)
    assert plain.media_type == packed.media_type == "text/javascript; charset=utf-8"


def test_a_file_without_a_packed_twin_is_read_as_it_is(static: Path) -> None:
    found = read(static, "assets/only.css", gzip=True)
    assert found is not None
    assert (found.body, found.is_gzip) == (b"css", False)


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../secret.js", "assets/../../secret.js", "assets/..", "/etc/passwd", "//secret.js"),
        *(
            "assets\\..\\..\\secret.js",
            "assets/%2e%2e/secret.js",
            "assets//app-1a2b.js",
            "assets/./app-1a2b.js",
        ),
        *("assets/.hidden.js", "assets/folder.js", "assets/app-1a2b.js/", "assets/app-1a2b.js\0", "assets"),
        *("index.html", "build.json", "assets/app-1a2b.js.gz", "assets/app-1a2b.js.map", "assets/none.js"),
        *("assets/app-1a2b.js/x.js", "assets/app-1a2b.js\n", "assets/\u0430pp.js", "a" * 5000 + ".js"),
        # With the ending of a packed twin too long for a file system, or nearly.
        *(f"{'a' * length}.js" for length in (125, 126, 249, 252, 253)),
    ],
)
@pytest.mark.parametrize("gzip", [False, True])
def test_nothing_else_is_read(static: Path, name: str, *, gzip: bool) -> None:
    assert read(static, name, gzip=gzip) is None


def test_a_way_that_is_absolute_is_no_name(static: Path) -> None:
    assert read(static, str(static.parent / "secret.js"), gzip=False) is None
