import asyncio
import io
import json
import logging
from collections.abc import Generator
from typing import Any

import pytest

from agent_sdk.observability.logs import LogFormat, bound, configure
from agent_sdk.observability.redaction import (
    REDACTED,
    TEXT_LENGTH_MAX_CHARS,
    masked_url,
    masked_urls,
    redacted,
    redacted_text,
)

LOG = logging.getLogger("agent_sdk.tests.logs")


@pytest.fixture(autouse=True)
def root_as_it_was() -> Generator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(log_format: LogFormat = "json") -> io.StringIO:
    stream = io.StringIO()
    configure(log_format, "info", stream)
    return stream


def documents(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_line_with_time_level_logger_message_and_its_facts() -> None:
    stream = logged()
    LOG.info("one\ntwo %s", "three", extra={"count": 3, "time": "never", "names": ("a", {"b": None})})
    (line,) = documents(stream)
    assert list(line)[:4] == ["time", "level", "logger", "message"]
    assert line["time"].endswith("+00:00")
    assert (line["level"], line["logger"], line["message"]) == ("info", LOG.name, "one\ntwo three")
    assert (line["count"], line["names"]) == (3, ["a", {"b": None}])


def test_what_is_below_the_level_is_not_logged_and_the_last_configuration_counts() -> None:
    first, second = logged(), logged()
    LOG.debug("quiet")
    LOG.warning("loud")
    assert first.getvalue() == ""
    assert [line["message"] for line in documents(second)] == ["loud"]


def test_bound_ids_are_on_every_line_inside_and_nest() -> None:
    stream = logged()
    with bound(request_id="req_1", org_id="org_1"):
        with bound(run_id="run_1"):
            LOG.info("inner", extra={"run_id": "another"})
        LOG.info("outer")
    LOG.info("outside")
    inner, outer, outside = documents(stream)
    assert (inner["request_id"], inner["run_id"], inner["org_id"]) == ("req_1", "run_1", "org_1")
    assert "run_id" not in outer
    assert "request_id" not in outside


async def test_tasks_that_run_at_once_keep_their_own_ids() -> None:
    stream = logged()
    both_are_in = asyncio.Barrier(2)

    async def work(name: str) -> None:
        with bound(run_id=name):
            await both_are_in.wait()
            LOG.info(name)

    await asyncio.gather(work("run_1"), work("run_2"))
    assert {line["run_id"]: line["message"] for line in documents(stream)} == {
        "run_1": "run_1",
        "run_2": "run_2",
    }


def test_an_exception_is_told_by_type_message_and_stack() -> None:
    stream = logged()
    try:
        raise ValueError("no, api_key=hunter2hunter2")
    except ValueError:
        LOG.exception("it broke")
    (line,) = documents(stream)
    assert (line["error_type"], line["error_message"]) == ("ValueError", f"no, api_key={REDACTED}")
    assert "test_logs.py" in line["error_stack"]
    assert "hunter2" not in line["error_stack"]


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer s3cret-value",
        "authorization: basic czNjcmV0",
        "{'Authorization': 'Bearer s3cret-value', 'a': 1}",
        "[(b'authorization', b'Bearer s3cret-value')]",
        "sent Bearer s3cret-value-0123456789",
        "x-api-key: s3cret",
        "Cookie: a=1; session=s3cret",
        "the key asdk_s3cretABC was refused",
        "Incorrect API key provided: sk-proj-s3cretABC.",
        "GET /v1/runs?api_key=s3cret&after=2",
        "GET https://user:s3cret@example.org/",
        '{"client_secret": "s3cret", "n": 1}',
        "AZURE_OPENAI_API_KEY=s3cret",
        'password="s3cret"',
    ],
)
def test_a_secret_in_a_text_is_hidden(text: str) -> None:
    hidden = redacted_text(text)
    assert "s3cret" not in hidden
    assert "czNjcmV0" not in hidden
    assert REDACTED in hidden


@pytest.mark.parametrize(
    "text",
    [
        "run run_01k0aq3m5w0000000000000001 took 512 tokens",
        "KeyError: 'name'",
        "GET /v1/runs?after=2",
        "basic understanding of the bearer of news",
        "a task-force with a desk-lamp at http://localhost:8080/",
    ],
)
def test_a_text_without_a_secret_is_left_alone(text: str) -> None:
    assert redacted_text(text) == text


def test_a_field_with_the_name_of_a_secret_is_hidden_at_any_depth_and_numbers_are_not() -> None:
    given = {"api_key": "x", "headers": [{"X-Auth-Token": ["x"]}], "input_tokens": 5, "plain": "asdk_abcdef1"}
    assert redacted(given) == {
        "api_key": REDACTED,
        "headers": [{"X-Auth-Token": REDACTED}],
        "input_tokens": 5,
        "plain": f"asdk_{REDACTED}",
    }


def test_what_is_deep_endless_or_no_json_is_still_one_line() -> None:
    stream = logged()
    loop: dict[str, Any] = {}
    loop["self"] = loop
    LOG.info("é" * 10**6, extra={"loop": loop, "nan": float("nan"), "odd": "\ud800", "object": Exception})
    (line,) = documents(stream)
    assert len(line["message"]) == TEXT_LENGTH_MAX_CHARS + 1
    assert stream.getvalue().isascii()
    assert (line["nan"], line["odd"]) == ("nan", "\ud800")
    assert "…" in str(line["loop"])


def test_text_for_a_terminal_is_one_line_that_cannot_forge_another_or_move_the_cursor() -> None:
    stream = logged("text")
    with bound(request_id="a\x1b[2Jb"):
        LOG.warning("one\n12:00:00 CRITICAL forged\r\x9b\u2028", extra={"count": 3})
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(r"one\n12:00:00 CRITICAL forged\r\x9b\u2028 count=3 request_id=a\x1b[2Jb")
    assert f"WARNING  {LOG.name}: " in line


def test_text_for_a_terminal_shows_the_stack_below_the_line() -> None:
    stream = logged("text")
    try:
        raise ValueError("\x1b[31mred")
    except ValueError:
        LOG.exception("it broke")
    head, *stack = stream.getvalue().splitlines()
    assert head.endswith(": it broke")
    assert stack[0].startswith("Traceback")
    assert stack[-1] == r"ValueError: \x1b[31mred"


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("postgresql://u:p@h/db?password=hunter2", "postgresql://***@h/db?password=***"),
        ("https://x/?api_key=abc&page=2", "https://x/?api_key=***&page=2"),
        ("https://x/a@b?client_secret=a b;c#top", "https://x/a@b?client_secret=***#top"),
        ("https://x/?q=key", "https://x/?q=key"),
    ],
)
def test_a_masked_url_says_where_and_no_secret(url: str, masked: str) -> None:
    assert masked_url(url) == masked


def test_every_url_of_a_text_is_masked_and_the_rest_stays() -> None:
    text = "no token=1 at https://x/?token=2 or http://a:b@y"
    assert masked_urls(text) == "no token=1 at https://x/?token=*** or http://***@y"
