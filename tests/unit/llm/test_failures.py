"""What providers' refusals mean."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk.contracts import errors
from agent_sdk.contracts.errors import ModelError
from agent_sdk.llm.failures import from_event, from_response


def refused(status: int, body: object = None, **headers: str) -> ModelError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return from_response(
        "openai", status, {name.replace("_", "-"): value for name, value in headers.items()}, data
    )


def openai_body(code: str | None, message: str = "no", kind: str = "invalid_request_error") -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, openai_body(None), errors.BadRequest),
        (400, openai_body("context_length_exceeded"), errors.ContextWindowExceeded),
        (400, {"error": {"code": 400, "message": "request (9 tokens) exceeds the available context size"}},
         errors.ContextWindowExceeded),
        (400, {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}},
         errors.ContextWindowExceeded),
        (400, {"error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}},
         errors.QuotaExceeded),
        (400, {"error": {"code": "content_filter", "innererror": {"code": "ResponsibleAIPolicyViolation"}}},
         errors.ContentFiltered),
        (401, openai_body("invalid_api_key"), errors.AuthenticationFailed),
        (402, None, errors.QuotaExceeded),
        (403, openai_body(None), errors.PermissionDenied),
        (404, openai_body("model_not_found"), errors.ModelNotFound),
        (404, {"error": {"code": "DeploymentNotFound", "message": "no such deployment"}}, errors.ModelNotFound),
        (408, None, errors.ModelTimeout),
        (413, {"type": "error", "error": {"type": "request_too_large", "message": "big"}}, errors.BadRequest),
        (422, {"detail": [{"loc": ["body"], "msg": "field required", "type": "missing"}]}, errors.BadRequest),
        (429, openai_body("rate_limit_exceeded", kind="tokens"), errors.RateLimited),
        (429, openai_body("insufficient_quota", kind="insufficient_quota"), errors.QuotaExceeded),
        (429, {"error": {"code": 429, "message": "You exceeded your current quota"}}, errors.QuotaExceeded),
        (500, openai_body(None, kind="server_error"), errors.ServerError),
        (500, {"error": {"message": "the prompt is larger than the context window"}}, errors.ContextWindowExceeded),
        (502, b"<html><title>Bad Gateway</title></html>", errors.Unavailable),
        (503, b"", errors.Unavailable),
        (504, b"upstream", errors.ModelTimeout),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, errors.Overloaded),
        (599, [], errors.ServerError),
        (307, b"", errors.BadRequest),
    ],
)  # fmt: skip
def test_each_refusal_has_its_place_in_the_tree(status: int, body: object, kind: type[ModelError]) -> None:
    error = refused(status, body)
    assert type(error) is kind
    assert error.status == status
    assert error.provider == "openai"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (openai_body(None, "do this"), "do this"),
        ({"error": "do that"}, "do that"),
        ({"object": "error", "message": "vllm says", "code": 400}, "vllm says"),
        ([{"error": {"message": "in a list"}}], "in a list"),
        ("just text", "just text"),
        (b"plain text", "plain text"),
        (b"<html>long</html>", "an HTML page"),
        (b'data: {"error": {"message": "as an event"}}\n\ndata: [DONE]\n\n', "400: as an event"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (None, "no explanation"),
        ({}, "no explanation"),
        ([], "no explanation"),
        ({"error": None, "message": ["odd"]}, "no explanation"),
        ({"error": {"error": {"error": {"error": {"message": "too deep"}}}}}, "no explanation"),
        (b"[" * 100_000, "[[["),
    ],
)
def test_the_providers_words_are_kept_whatever_shape_they_come_in(body: object, said: str) -> None:
    assert said in str(refused(400, body))


def test_the_message_is_one_bounded_line_without_keys() -> None:
    error = refused(401, openai_body(None, "Incorrect key: sk-proj-abcdefgh123\nsee " + "x" * 10_000))
    assert "sk-…" in str(error)
    assert "abcdefgh" not in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 600


def test_retry_after_is_read_in_each_of_its_forms() -> None:
    assert refused(429, retry_after="7").retry_after == 7
    assert refused(429, retry_after="0.5").retry_after == 0.5
    assert refused(429, retry_after="7", retry_after_ms="1500").retry_after == 1.5
    now, later = "Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:30 GMT"
    assert refused(429, retry_after=later, date=now).retry_after == 30
    assert refused(429, retry_after=now, date=later).retry_after == 0


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", ""])
def test_a_retry_after_that_cannot_be_understood_is_none(value: str) -> None:
    assert refused(429, retry_after=value).retry_after is None
    assert refused(429).retry_after is None


def test_an_absurd_wait_is_bounded() -> None:
    assert refused(429, retry_after="1e300").retry_after == 7 * 24 * 3600


def test_the_request_id_is_kept_for_the_providers_support() -> None:
    assert refused(500, x_request_id="req_1").request_id == "req_1"
    assert refused(500, request_id="req_2").request_id == "req_2"


def test_a_refused_request_may_be_sent_again_and_a_failed_one_may_have_run() -> None:
    assert refused(429).replay_safe
    assert refused(529).replay_safe
    assert not refused(500).replay_safe


def test_a_redirect_says_why_it_is_not_followed() -> None:
    assert "redirects are not followed" in (refused(301).hint or "")


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"type": "error", "error": {"type": "overloaded_error", "message": "x"}}, errors.Overloaded),
        ({"type": "error", "code": "rate_limit_exceeded", "message": "x"}, errors.RateLimited),
        ({"message": "x", "code": 503}, errors.Unavailable),
        ({"message": "x", "type": "invalid_request_error"}, errors.BadRequest),
        ({"message": "x", "code": 10**30}, errors.ServerError),
        ("x", errors.ServerError),
        (None, errors.ServerError),
    ],
)
def test_an_error_in_mid_stream_has_its_place_in_the_tree(event: object, kind: type[ModelError]) -> None:
    error = from_event("openai", event)
    assert type(error) is kind
    assert not error.replay_safe


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["error", "message", "type", "code"]), inner)
    ),
)


@given(status=st.integers(201, 599), body=JSON | st.binary(), header=st.text(max_size=40))
def test_no_refusal_breaks_the_reading_of_it(status: int, body: object, header: str) -> None:
    assert isinstance(refused(status, body, retry_after=header, date=header), ModelError)
    assert isinstance(from_event("openai", body), ModelError)
