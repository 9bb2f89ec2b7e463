"""Runs, usage, messages, tools and event types: what the plain data promises."""

import dataclasses
import importlib
import inspect
import pkgutil
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given

import agent_sdk.contracts
import agent_sdk.ports
from agent_sdk.contracts.event_data import DATA_OF
from agent_sdk.contracts.events import DELTA_TYPES, STREAM_OF, TERMINAL_TYPES
from agent_sdk.contracts.messages import (
    PART_TYPES,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ToolCallPart,
    input_parts,
)
from agent_sdk.contracts.run import TERMINAL, TRANSITIONS, RunStatus, may_follow
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.contracts.usage import Usage
from tests.strategies import usages

STREAMED_DELTAS = {"TextDelta", "ReasoningDelta", "ToolCallDelta"}
"""Made for every token, and short enough to be told without keywords."""


def dataclasses_of(*packages: Any) -> list[type]:
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}")
        for package in packages
        for found in pkgutil.iter_modules(package.__path__)
    ]
    return [
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__
    ]


@pytest.mark.parametrize("kind", dataclasses_of(agent_sdk.contracts, agent_sdk.ports))
def test_data_is_frozen_slotted_and_keyword_only(kind: Any) -> None:
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)
    assert kind.__name__ in STREAMED_DELTAS or all(field.kw_only for field in dataclasses.fields(kind))


@pytest.mark.parametrize("current", get_args(RunStatus))
def test_a_run_that_has_not_ended_may_be_canceled_and_one_that_has_may_nothing(current: RunStatus) -> None:
    assert may_follow(current, "canceled") == (current not in TERMINAL)
    assert bool(TRANSITIONS[current]) == (current not in TERMINAL)


@pytest.mark.parametrize(
    ("current", "following", "legal"),
    [
        ("queued", "running", True),
        ("queued", "completed", False),
        ("queued", "paused", False),
        ("running", "paused", True),
        ("running", "retrying", True),
        ("running", "running", True),
        ("running", "queued", False),
        ("paused", "queued", True),
        ("paused", "running", False),
        ("paused", "completed", False),
        ("retrying", "running", True),
        ("retrying", "completed", False),
    ],
)
def test_the_states_of_a_run_follow_the_contract(current: Any, following: Any, legal: bool) -> None:
    assert may_follow(current, following) == legal


@given(usages, usages, usages)
def test_usage_sums_the_same_in_any_grouping_and_order(a: Usage, b: Usage, c: Usage) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + Usage() == a


@given(usages, usages)
def test_totals_count_each_token_once(a: Usage, b: Usage) -> None:
    assert a.total_tokens == a.input_tokens + a.output_tokens
    assert (a + b).total_tokens == a.total_tokens + b.total_tokens


def test_a_sum_with_one_unknown_price_has_no_price() -> None:
    known, unknown = Usage(requests=1, cost_usd=Decimal("0.5")), Usage(requests=1)
    assert (known + unknown).cost_usd is None
    assert (known + known).cost_usd == Decimal(1)


def test_what_asked_no_model_does_not_make_a_price_unknown() -> None:
    assert (Usage(tool_calls=1) + Usage(requests=1, cost_usd=Decimal(1))).cost_usd == Decimal(1)
    assert (Usage() + Usage()).cost_usd is None


def test_a_cost_without_a_request_is_not_lost() -> None:
    search, model = Usage(tool_calls=1, cost_usd=Decimal("0.01")), Usage(requests=1, cost_usd=Decimal(1))
    assert (search + model).cost_usd == Decimal("1.01")
    assert (search + Usage(requests=1)).cost_usd is None


def test_a_message_tells_its_text_and_its_calls_in_order() -> None:
    calls = tuple([ToolCallPart(tool_call_id=f"call_{n}", name="add", arguments="{}") for n in (1, 2)])
    parts = (TextPart(text="a"), calls[0], TextPart(text="b"), calls[1])
    message = Message(id="msg_1", role="assistant", parts=parts)
    assert (message.text, message.tool_calls) == ("ab", calls)


def test_input_is_text_or_parts_and_texts_among_them() -> None:
    image = ImagePart(url="https://example.com/a.png")
    assert input_parts("hi") == (TextPart(text="hi"),)
    assert input_parts(["see", image]) == (TextPart(text="see"), image)
    assert input_parts([]) == ()


@pytest.mark.parametrize("kind", [ImagePart, DocumentPart])
@pytest.mark.parametrize("source", [{}, {"url": "u", "data": b"d"}])
def test_a_file_comes_from_exactly_one_source(kind: Any, source: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exactly one of url and data"):
        kind(**source)


def test_an_empty_file_is_a_file() -> None:
    assert DocumentPart(data=b"").data == b""


def test_every_part_type_can_be_read_back_by_its_name() -> None:
    assert set(PART_TYPES.values()) == set(get_args(Part))
    for name, kind in PART_TYPES.items():
        assert next(field.default for field in dataclasses.fields(kind) if field.name == "type") == name


@pytest.mark.parametrize(
    ("effects", "idempotent", "repeatable"),
    [("read", False, True), ("write", False, False), ("write", True, True), ("external", False, False)],
)
def test_only_what_reads_or_is_idempotent_may_be_repeated(
    effects: Any, idempotent: bool, repeatable: bool
) -> None:
    spec = ToolSpec(name="t", description="", parameters={}, effects=effects, idempotent=idempotent)
    assert spec.repeatable == repeatable


def test_a_tool_that_says_nothing_is_not_repeatable() -> None:
    assert not ToolSpec(name="t", description="", parameters={}).repeatable


def test_every_event_type_has_a_stream_and_a_shape() -> None:
    assert DATA_OF.keys() == STREAM_OF.keys()
    assert STREAM_OF.keys() >= DELTA_TYPES | TERMINAL_TYPES
    assert {kind for kind, stream in STREAM_OF.items() if stream == "tool"} == {
        kind for kind in STREAM_OF if kind.startswith("tool.")
    }


@pytest.mark.parametrize("shape", dict.fromkeys(DATA_OF.values()))
def test_every_shape_says_what_it_is_for(shape: type) -> None:
    assert (shape.__doc__ or "").strip().endswith(".")
