"""`http.fetch` reaches allowed hosts on the internet, and nothing else."""

import gzip
import ipaddress
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiohttp import web

from agent_sdk.contracts.errors import ConfigError, ToolCrashed, ToolRefused
from agent_sdk.contracts.signals import ToolFailed
from agent_sdk.tools.builtin import http_fetch as module
from agent_sdk.tools.builtin.addresses import Address, Allowlist, is_public, literal
from agent_sdk.tools.builtin.http_fetch import BODY_SIZE_MAX_BYTES, http_fetch
from tests.unit.tools.context import call

LOOPBACK = ipaddress.ip_address("127.0.0.1")
PUBLIC = ipaddress.ip_address("93.184.215.14")

SPECIAL_V4 = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254 168.63.129.16
169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.31.196.1 192.52.193.1
192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255
"""
SPECIAL_V6 = """
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:93.184.215.14 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8
64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:808:808::1 2620:4f:8000::1
3fff::1 5f00::1 fc00::1 fd00:ec2::254 fd20:ce::254 fe80::1 fe80::1%eth0 2606:4700::1%eth0 fec0::1 ff02::1 4000::1
"""
SPECIAL = [*SPECIAL_V4.split(), *SPECIAL_V6.split()]
WIDE_DIGITS = "\uff11\uff12\uff17"
"""127, in digits that normalisation makes ASCII."""


@pytest.mark.parametrize("address", SPECIAL)
def test_an_address_with_a_special_purpose_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "8.8.8.8",
            "93.184.215.14",
            "9.255.255.255",
            "11.0.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "223.255.255.255",
        ),
        *("2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "2003::1"),
    ],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1.", "1.2.3.0x4"]
)
def test_numbers_that_some_resolvers_read_as_addresses_are_no_names(host: str) -> None:
    with pytest.raises(ValueError, match="does not appear"):
        literal(host)


def test_addresses_and_names_are_told_apart() -> None:
    assert literal("127.0.0.1") == LOOPBACK
    assert literal("::1") == ipaddress.ip_address("::1")
    assert literal("1.example") is None
    assert literal("0x7f.example") is None


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that lets too much through must fail its test, and not reach a stranger's machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
            raise AssertionError(f"a test was about to connect to {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


class Names:
    """A resolver of one answer after the other; the last one stays."""

    def __init__(self, *answers: Sequence[Address]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def refused(url: str, *hosts: str, names: Names | None = None) -> ToolRefused:
    tool = http_fetch(hosts, resolve=names or Names([PUBLIC]))
    with pytest.raises(ToolRefused) as caught:
        await call(tool, {"url": url})
    assert caught.value.hint
    return caught.value


async def test_an_empty_allowlist_refuses_and_names_the_setting() -> None:
    assert "AGENT_SDK_HTTP_ALLOWLIST" in str((await refused("https://example.com/")).hint)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "https://example.com.evil.org/",
        "https://notexample.com/",
        "https://evil.org/?x=example.com",
        "https://evil.org#@example.com",
        "https://example.com:8080/",
        "https://sub.example.com/",
    ],
)
async def test_a_host_that_is_not_listed_is_refused(url: str) -> None:
    assert "not on the allowlist" in str(await refused(url, "example.com"))


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pass@example.com/",
        "https://user@example.com/",
        "https://:p@example.com/",
    ],
)
async def test_credentials_in_a_url_are_refused(url: str) -> None:
    assert "user name or password" in str(await refused(url, "example.com"))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/", "example.com/x", "http:///x", "//example.com", ""]
)
async def test_only_addresses_of_the_web_are_taken(url: str) -> None:
    assert "not an address of the web" in str(await refused(url, "example.com"))


@pytest.mark.parametrize("url", ["http://[::1", "http://example.com:99999/", "http://example.com:x/"])
async def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(ToolFailed, match="is not a URL"):
        await call(http_fetch(["example.com"], resolve=Names([PUBLIC])), {"url": url})


@pytest.mark.parametrize("address", SPECIAL)
async def test_a_name_that_resolves_to_a_special_address_is_refused(address: str) -> None:
    names = Names([PUBLIC, ipaddress.ip_address(address)])
    error = await refused("http://example.com/", "example.com", names=names)
    assert "not a public host" in str(error)
    assert address not in str(error)


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://[::1]/", "[::1]"),
        ("http://[::ffff:127.0.0.1]/", "[::ffff:7f00:1]"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
        (f"http://{WIDE_DIGITS}.0.0.1/", "127.0.0.1"),
    ],
)
async def test_a_special_address_is_refused_even_when_it_is_listed(url: str, entry: str) -> None:
    assert "not a public host" in str(await refused(url, entry))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1"])
async def test_an_address_in_an_unusual_form_is_refused_even_when_it_is_listed(host: str) -> None:
    names = Names([PUBLIC])
    assert "unusual form" in str(await refused(f"http://{host}/", host, names=names))
    assert names.asked == []


async def test_localhost_is_refused_by_what_the_system_resolves_it_to() -> None:
    with pytest.raises(ToolRefused, match="not a public host"):
        await call(http_fetch(["localhost"]), {"url": "http://localhost/"})


@pytest.mark.parametrize(
    ("entry", "allowed", "forbidden"),
    [
        (
            "example.com",
            [("example.com", 80), ("EXAMPLE.com.", 443)],
            [("a.example.com", 80), ("example.com", 81)],
        ),
        ("*.example.com", [("a.example.com", 443), ("a.b.example.com", 80)], [("example.com", 443)]),
        ("example.com:8443", [("example.com", 8443)], [("example.com", 443)]),
        ("*.Example.com:81", [("a.example.com", 81)], [("a.example.com", 80), ("aexample.com", 81)]),
        ("[2606:4700::1]:81", [("2606:4700::1", 81)], [("2606:4700::2", 81)]),
        ("bücher.de", [("xn--bcher-kva.de", 80)], [("bucher.de", 80)]),
    ],
)
def test_an_entry_allows(
    entry: str, allowed: list[tuple[str, int]], forbidden: list[tuple[str, int]]
) -> None:
    hosts = Allowlist([entry])
    assert all(hosts.allows(*each) for each in allowed)
    assert not any(hosts.allows(*each) for each in forbidden)


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "*",
        "*.",
        "https://example.com",
        "example.com/x",
        "a b",
        "ex*mple.com",
        "u@example.com",
        "é" * 70 + ".de",
    ],
)
def test_an_entry_that_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Allowlist([entry])
    assert caught.value.hint


# --- over a real socket ----------------------------------------------------------------------------------------


class Site:
    """A server on the loopback interface, that notes what it is asked."""

    def __init__(self) -> None:
        self.requests: list[web.BaseRequest] = []
        self.port = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(request)
        name = request.path.strip("/")
        if name == "to":
            raise web.HTTPFound(request.query["url"])
        if name == "loop":
            raise web.HTTPTemporaryRedirect("/loop")
        return ANSWERS[name]()


def _bomb() -> web.Response:
    return web.Response(
        body=gzip.compress(b"x" * (64 * 1024 * 1024)),
        headers={"Content-Encoding": "gzip"},
        content_type="text/plain",
    )


def _silent() -> web.Response:
    answer = web.Response(body=b"plain")
    answer.headers["Content-Type"] = ""
    return answer


ANSWERS: dict[str, Any] = {
    "html": lambda: web.Response(text="<h1>Hi</h1><p>there", content_type="text/html"),
    "json": lambda: web.json_response({"a": 1}),
    "latin": lambda: web.Response(body=b"\xe9", headers={"Content-Type": "text/plain; charset=latin-1"}),
    "missing": lambda: web.Response(status=404, text="gone"),
    "picture": lambda: web.Response(body=b"x", content_type="image/png"),
    "bomb": _bomb,
    "large": lambda: web.Response(text="y" * (BODY_SIZE_MAX_BYTES + 1)),
    "notmodified": lambda: web.Response(status=302, text="nowhere"),
    "silent": _silent,
}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    server = web.Server(site.answer)
    runner = web.ServerRunner(server)
    await runner.setup()
    listening = web.TCPSite(runner, "127.0.0.1", 0)
    await listening.start()
    site.port = runner.addresses[0][1]
    yield site
    await runner.cleanup()


async def fetched(site: Site, path: str, *hosts: str, names: Names | None = None, **args: Any) -> Any:
    """Fetch from the site under the name `site.test`, with an address policy that allows the loopback address."""
    names = names or Names([LOOPBACK])
    listed = [f"{host}:{site.port}" for host in ("site.test", *hosts)]
    tool = http_fetch(listed, allowed=lambda address: address in (LOOPBACK, PUBLIC), resolve=names)
    return (await call(tool, {"url": f"http://site.test:{site.port}/{path}", **args})).value


@pytest.mark.socket
async def test_a_page_is_fetched_as_text(site: Site) -> None:
    assert await fetched(site, "html") == {
        "url": f"http://site.test:{site.port}/html",
        "status": 200,
        "content_type": "text/html",
        "text": "Hi\nthere",
        "truncated": False,
    }
    (request,) = site.requests
    assert request.method == "GET"
    assert request.headers["Host"] == f"site.test:{site.port}"
    assert not {"Authorization", "Cookie"} & set(request.headers)


@pytest.mark.socket
@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("json", 200, '{"a": 1}'),
        ("latin", 200, "é"),
        ("missing", 404, "gone"),
        ("notmodified", 302, "nowhere"),
    ],
)
async def test_text_of_other_kinds_is_given_as_it_is(site: Site, path: str, status: int, text: str) -> None:
    page = await fetched(site, path)
    assert (page["status"], page["text"]) == (status, text)


@pytest.mark.socket
async def test_what_is_not_text_fails(site: Site) -> None:
    with pytest.raises(ToolFailed, match="image/png, not text"):
        await fetched(site, "picture")


@pytest.mark.socket
async def test_text_is_cut_to_what_was_asked_for(site: Site) -> None:
    page = await fetched(site, "html", max_chars=4)
    assert (page["text"], page["truncated"]) == ("Hi\nt", True)


@pytest.mark.socket
@pytest.mark.parametrize("path", ["bomb", "large"])
async def test_a_body_beyond_the_bound_is_cut(site: Site, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[module.Body] = []

    class Noted(module.Body):
        def __init__(self, encoding: str, size_max_bytes: int) -> None:
            super().__init__(encoding, size_max_bytes)
            bodies.append(self)

    monkeypatch.setattr(module, "Body", Noted)
    page = await fetched(site, path)
    assert page["truncated"]
    assert [len(body.data) for body in bodies] == [BODY_SIZE_MAX_BYTES]


@pytest.mark.socket
async def test_a_redirect_to_an_allowed_host_is_followed(site: Site) -> None:
    page = await fetched(site, f"to/?url=http://other.test:{site.port}/json", "other.test")
    assert (page["url"], page["text"]) == (f"http://other.test:{site.port}/json", '{"a": 1}')


@pytest.mark.socket
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://evil.test/", "not on the allowlist"),
        ("//evil.test/", "not on the allowlist"),
        ("file:///etc/passwd", "not an address of the web"),
        ("http://u:p@site.test/", "user name"),
    ],
)
async def test_a_redirect_is_checked_like_a_first_request(site: Site, target: str, said: str) -> None:
    with pytest.raises(ToolRefused, match=said):
        await fetched(site, f"to/?url={target}")
    assert len(site.requests) == 1


@pytest.mark.socket
async def test_a_redirect_to_a_private_address_is_refused(site: Site) -> None:
    names = Names([LOOPBACK], [ipaddress.ip_address("10.0.0.1")])
    with pytest.raises(ToolRefused, match=r"private\.test is not a public host"):
        await fetched(site, f"to/?url=http://private.test:{site.port}/", "private.test", names=names)
    assert names.asked == ["site.test", "private.test"]


@pytest.mark.socket
async def test_a_name_that_changes_its_address_is_looked_up_once_per_hop(site: Site) -> None:
    names = Names([LOOPBACK], [ipaddress.ip_address("169.254.169.254")])
    assert (await fetched(site, "json", names=names))["status"] == 200
    assert names.asked == ["site.test"]


@pytest.mark.socket
async def test_redirects_without_end_fail(site: Site) -> None:
    with pytest.raises(ToolFailed, match="more than 5 redirects"):
        await fetched(site, "loop")
    assert len(site.requests) == 6


@pytest.mark.socket
async def test_a_refused_connection_fails_with_its_reason(site: Site) -> None:
    tool = http_fetch(["site.test:1"], allowed=lambda _: True, resolve=Names([LOOPBACK]))
    with pytest.raises(ToolFailed, match="the request failed: "):
        await call(tool, {"url": "http://site.test:1/"})


async def test_a_name_without_address_fails() -> None:
    with pytest.raises(ToolFailed, match=r"example\.com has no address"):
        await call(http_fetch(["example.com"], resolve=Names([])), {"url": "http://example.com/"})


async def test_a_name_that_the_system_cannot_even_write_fails() -> None:
    host = "a" * 70 + ".example"
    with pytest.raises(ToolFailed, match=r"the request failed: .*label"):
        await call(http_fetch([host]), {"url": f"http://{host}/"})


async def test_a_server_that_takes_too_long_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(host: str, port: int) -> Sequence[Address]:
        raise TimeoutError

    with pytest.raises(ToolFailed, match="no whole answer within 30 seconds"):
        await call(http_fetch(["example.com"], resolve=never), {"url": "http://example.com/"})


async def test_these_tests_cannot_leave_the_machine() -> None:
    tool = http_fetch(["example.com"], resolve=Names([PUBLIC]))
    with pytest.raises(ToolCrashed, match=r"about to connect to 93\.184\.215\.14"):
        await call(tool, {"url": "http://example.com/"})
