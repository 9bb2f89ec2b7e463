import copy
import pickle

import pytest

from agent_sdk.contracts import errors
from agent_sdk.contracts.errors import (
    AgentSDKError,
    InvalidInput,
    LimitExceeded,
    ModelError,
    OutputInvalid,
    RateLimited,
    RunFailed,
)
from agent_sdk.contracts.run import RunError
from agent_sdk.contracts.signals import ApprovalRequired, ModelRetry, Signal, ToolFailed


def tree_below(root: type[AgentSDKError]) -> list[type[AgentSDKError]]:
    return [root, *[each for child in root.__subclasses__() for each in tree_below(child)]]


OURS = [each for each in tree_below(AgentSDKError) if each.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", OURS)
def test_an_error_without_a_message_says_what_its_docstring_says(kind: type[AgentSDKError]) -> None:
    assert str(kind()) == (kind.__doc__ or "").splitlines()[0]
    assert str(kind("this went wrong")) == "this went wrong"


@pytest.mark.parametrize("kind", OURS)
def test_a_hint_given_wins_over_that_of_the_class(kind: type[AgentSDKError]) -> None:
    assert kind(hint="do this").hint == "do this"
    assert kind().hint == kind.hint


@pytest.mark.parametrize("kind", OURS)
def test_an_error_can_be_pickled_and_copied(kind: type[AgentSDKError]) -> None:
    error = kind("why", hint="do this")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(twin), str(twin), twin.hint) == (kind, "why", "do this")


def test_somebodys_subclass_without_a_docstring_borrows_the_nearest_one() -> None:
    class Ours(RateLimited):
        code = "ASDK-TEST-001"

    assert str(Ours()) == "Too many requests or tokens per minute."


def test_an_error_as_data_is_what_events_carry() -> None:
    assert RateLimited("slow down", hint="wait").as_data() == RunError(
        code="ASDK-LLM-002", message="slow down", hint="wait", retryable=True
    )


def test_a_model_error_tells_what_is_known_of_the_failure() -> None:
    error = ModelError("no", provider="p", status=429, retry_after=1.5, replay_safe=True, request_id="r")
    assert (error.provider, error.status, error.retry_after, error.replay_safe, error.request_id) == (
        *("p", 429, 1.5, True),
        "r",
    )
    assert not ModelError().replay_safe, "unless somebody knows better"


def test_a_failed_run_says_why_in_a_word() -> None:
    assert RunFailed().stop_reason == "model_error"
    assert LimitExceeded().stop_reason == "max_steps"
    assert OutputInvalid(stop_reason="tool_error").stop_reason == "tool_error"
    assert RunFailed().result is None


def test_a_hint_of_one_error_does_not_leak_into_the_next() -> None:
    InvalidInput(hint="only here")
    assert InvalidInput().hint != "only here"


@pytest.mark.parametrize("kind", [Signal, ModelRetry, ToolFailed, ApprovalRequired])
def test_signals_are_not_errors(kind: type[Signal]) -> None:
    assert not issubclass(kind, AgentSDKError)
    assert str(kind("because")) == "because"


def test_a_request_for_approval_may_say_why() -> None:
    assert (str(ApprovalRequired()), ApprovalRequired().reason) == ("approval required", None)
    assert ApprovalRequired("too dear").reason == "too dear"
