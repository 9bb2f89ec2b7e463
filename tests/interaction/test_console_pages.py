"""The console as the server serves it: one shell for every page, assets for ever, and a page where there is none."""

import gzip
import re
from pathlib import Path

import httpx
import pytest

from tests.interaction.console_kit import SCRIPT, SCRIPT_BODY, serving_console
from tests.interaction.server_kit import problem, raw_request

pytestmark = pytest.mark.socket

NONCE = re.compile(r'name="csp-nonce" content="([A-Za-z0-9_-]{22})"')
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{}'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types dompurify"
)


def nonce_in(page: httpx.Response) -> str:
    """The nonce of a page that is the console, and allows it."""
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    found = NONCE.search(page.text)
    assert found is not None, page.text
    assert page.headers["content-security-policy"] == POLICY.format(found[1])
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["x-content-type-options"] == "nosniff"
    return found[1]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/?run=run_1", "/console", "/console/", "/console/runs", "/console/runs/run_1?tab=tree&at=7"),
        *(
            "/console/tools/filesystem.read",
            "/console/agents/my.js",
            "/console/no/such/page",
            "/console/assets",
        ),
        "/console/compare?a=run_1&b=run_2",
        f"/console/{'a' * 252}.js",
    ],
)
async def test_every_page_is_the_shell_with_a_nonce_of_its_own(tmp_path: Path, path: str) -> None:
    async with serving_console(tmp_path) as served, served.client(key=None) as anybody:
        assert nonce_in(await anybody.get(path)) != nonce_in(await anybody.get(path))


@pytest.mark.parametrize("length", [200, 252, 5000])
async def test_an_asset_with_a_long_name_is_missing(tmp_path: Path, length: int) -> None:
    async with serving_console(tmp_path) as served, served.client(key=None) as anybody:
        path = f"/console/assets/{'a' * length}.js"
        problem(await anybody.get(path, headers={"Accept-Encoding": "gzip"}), 404)


async def test_an_asset_is_kept_for_ever_and_is_packed_for_who_takes_it(tmp_path: Path) -> None:
    async with serving_console(tmp_path) as served, served.client(key=None) as anybody:
        packed = await anybody.get(f"/console/{SCRIPT}", headers={"Accept-Encoding": "br, gzip"})
        plain = await anybody.get(f"/console/{SCRIPT}", headers={"Accept-Encoding": "identity"})
        assert packed.content == plain.content == SCRIPT_BODY
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) == len(gzip.compress(SCRIPT_BODY))
        assert "content-encoding" not in plain.headers
        for each in (packed, plain):
            assert each.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert each.headers["vary"] == "Accept-Encoding"
            assert each.headers["content-type"] == "text/javascript; charset=utf-8"
            assert each.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        *(("gzip;q=0.5", True), ("GZIP", True), ("*", True), ("deflate, *;q=0.1", True)),
        *(("gzip;q=0", False), ("gzip; q=0.0, *", False), ("*;q=0", False), ("br", False), ("", False)),
    ],
)
async def test_packing_is_for_who_says_so(tmp_path: Path, accepted: str, *, is_packed: bool) -> None:
    async with serving_console(tmp_path) as served, served.client(key=None) as anybody:
        answer = await anybody.get(f"/console/{SCRIPT}", headers={"Accept-Encoding": accepted})
        assert ("content-encoding" in answer.headers) is is_packed


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("assets/index-5e6f.css", "text/css; charset=utf-8"), ("favicon.svg", "image/svg+xml")],
)
async def test_a_file_has_its_media_type(tmp_path: Path, name: str, media_type: str) -> None:
    async with serving_console(tmp_path) as served, served.client(key=None) as anybody:
        answer = await anybody.get(f"/console/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        assert ("immutable" in answer.headers["cache-control"]) is name.startswith("assets/")


@pytest.mark.parametrize("path", ["/console/assets/index-0000.js", "/console/assets/", "/console/none.svg"])
async def test_a_missing_file_is_not_the_shell(tmp_path: Path, path: str) -> None:
    async with serving_console(tmp_path) as served, served.client(key=None) as anybody:
        assert problem(await anybody.get(path), 404)["code"] == "ASDK-HTTP-404"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/console/assets/../../store.db",
            "/console/assets/%2e%2e/%2e%2e/secret.js",
            "/console/../secret.js",
        ),
        *("/console/assets/..%2f..%2fsecret.js", "/console//etc/passwd", "/console/assets//etc/hostname.js"),
        *("/console/assets/%00.js", "/console/assets/..%5c..%5csecret.js", "/console/../v1/runs"),
    ],
)
async def test_no_way_leads_out_of_the_folder_or_into_the_api(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.js").write_text("secret", encoding="utf-8")
    async with serving_console(tmp_path) as served:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        answer = await raw_request(served.port, head.encode())
        assert answer.status == 404 or NONCE.search(answer.body.decode())


@pytest.mark.parametrize("path", ["/", "/console/runs", f"/console/{SCRIPT}"])
async def test_head_answers_as_get_does_without_a_body(tmp_path: Path, path: str) -> None:
    async with serving_console(tmp_path) as served, served.client(key=None) as anybody:
        got, head = await anybody.get(path), await anybody.head(path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "content-length", "cache-control"):
            assert head.headers[name] == got.headers[name]


async def test_the_console_is_for_reading(tmp_path: Path) -> None:
    async with serving_console(tmp_path) as served, served.client() as client:
        answer = await client.post("/console/runs", json={})
        problem(answer, 405)
        assert answer.headers["allow"] == "GET, HEAD"


async def test_other_hosts_and_pages_get_no_console(tmp_path: Path) -> None:
    async with serving_console(tmp_path) as served, served.client(key=None) as anybody:
        for path in ("/", "/console/runs", f"/console/{SCRIPT}"):
            problem(await anybody.get(path, headers={"Host": "evil.example"}), 421)
            problem(await anybody.get(path, headers={"Origin": "http://evil.example"}), 403)


async def test_a_console_that_is_built_later_is_shown(tmp_path: Path) -> None:
    async with serving_console(tmp_path, built=False) as served, served.client(key=None) as anybody:
        assert NONCE.search((await anybody.get("/")).text) is None
        (tmp_path / "static").mkdir()
        (tmp_path / "static" / "index.html").write_text(
            '<meta name="csp-nonce" content="__CSP_NONCE__">', encoding="utf-8"
        )
        nonce_in(await anybody.get("/"))


@pytest.mark.parametrize("path", ["/", "/console/runs/run_1"])
async def test_where_none_is_built_a_page_says_what_failed_and_what_to_do(tmp_path: Path, path: str) -> None:
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "console-failure.txt").write_text("`npm ci` <failed>\n", encoding="utf-8")
    async with serving_console(tmp_path, checkout=True, built=False) as served:
        async with served.client(key=None) as anybody:
            page = await anybody.get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert "`npm ci` &lt;failed&gt;" in page.text
        assert "<code>agent-sdk ui build</code>" in page.text
        assert '<a href="/docs">' in page.text
        assert str(tmp_path) not in page.text


async def test_an_installed_package_without_a_console_says_how_to_get_it(tmp_path: Path) -> None:
    async with serving_console(tmp_path, built=False) as served, served.client(key=None) as anybody:
        page = (await anybody.get("/")).text
        assert "<code>pip install --force-reinstall --no-deps agent-sdk</code>" in page
        assert "agent_sdk.ui" not in page
