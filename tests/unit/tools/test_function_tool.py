import asyncio
import contextvars
import dataclasses
import enum
import functools
import subprocess
import sys
import threading
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator
from typing_extensions import TypedDict

from agent_sdk.contracts.errors import (
    ToolArgumentsInvalid,
    ToolCrashed,
    ToolRefused,
)
from agent_sdk.contracts.signals import ApprovalRequired, ModelRetry, Signal, ToolFailed
from agent_sdk.ports.tool import RunContext, Tool, ToolOutput
from agent_sdk.tools.function_tool import tool
from tests.unit.tools.context import Context, call


class Color(enum.Enum):
    RED = "red"


class Item(BaseModel):
    name: str
    price: Decimal = Decimal(1)


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


@dataclasses.dataclass
class Order:
    id: int
    at: datetime | None = None


class Options(TypedDict):
    depth: int


@dataclasses.dataclass(frozen=True)
class Deps:
    greeting: str


Ctx = RunContext[Deps]


@tool(version="1.2.0", effects="read", idempotent=True, timeout_s=10)
async def lookup(ctx: RunContext[Deps], order_id: int, note: str = "none") -> Order:
    """Look up an order.

    It is quick.

    Args:
        ctx: Of the run.
        order_id: Number of the order.
        note: What to remember.

    Returns:
        The order.
    """
    assert ctx.deps
    return Order(id=order_id)


def in_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_tool_declares_what_its_signature_and_docstring_say() -> None:
    spec = lookup.spec
    assert (spec.name, spec.version, spec.effects) == ("lookup", "1.2.0", "read")
    assert (spec.idempotent, spec.timeout_s, spec.repeatable) == (True, 10, True)
    assert spec.description == "Look up an order.\n\nIt is quick."
    assert spec.parameters == {
        "type": "object",
        "properties": {
            "order_id": {"type": "integer", "description": "Number of the order."},
            "note": {"type": "string", "default": "none", "description": "What to remember."},
        },
        "required": ["order_id"],
        "additionalProperties": False,
    }
    assert spec.result is not None
    assert spec.result["properties"]["id"] == {"type": "integer"}
    assert spec.result["additionalProperties"] is False


def test_a_tool_satisfies_the_port() -> None:
    port: Tool = lookup
    assert port.spec is port.spec


async def test_a_decorated_function_is_still_the_function() -> None:
    assert (lookup.__name__, (lookup.__doc__ or "")[:7]) == ("lookup", "Look up")
    assert await lookup(Context(deps=Deps("hi")), 1) == Order(id=1)
    assert repr(lookup) == "<tool lookup 1.2.0>"


def test_decorating_loads_no_pydantic_and_first_use_does() -> None:
    code = """
import sys
from agent_sdk.tools.function_tool import tool
@tool
def f(x: int) -> int: return x
before = any(name in sys.modules for name in ("pydantic", "jsonschema", "aiohttp"))
f.spec
print(before, "pydantic" in sys.modules, "jsonschema" in sys.modules)
"""
    assert in_process(code) == "False True False"


async def test_the_context_is_passed_and_not_in_the_schema() -> None:
    @tool
    def greet(ctx: Ctx, /, name: str) -> str:
        return f"{ctx.deps.greeting} {name}"

    assert list(greet.spec.parameters["properties"]) == ["name"]
    output = await call(greet, {"name": "Ann"}, deps=Deps("hello"))
    assert output == ToolOutput(value="hello Ann", content="hello Ann")


async def test_arguments_become_the_annotated_types() -> None:
    seen: list[Any] = []

    @tool
    def take(  # noqa: PLR0917 - one of each kind
        color: Color,
        when: datetime,
        key: uuid.UUID,
        price: Decimal,
        item: Item,
        order: Order,
        options: Options,
        sizes: tuple[int, ...],
        mode: Literal["a", "b"] = "a",
    ) -> None:
        seen.extend([color, when, key, price, item, order, options, sizes, mode])

    await call(
        take,
        {
            "color": "red",
            "when": "2026-01-02T03:04:05",
            "key": "12345678-1234-5678-1234-567812345678",
            "price": "1.10",
            "item": {"name": "x", "price": 2},
            "order": {"id": 1},
            "options": {"depth": 2},
            "sizes": [1, 2],
        },
    )
    assert seen == [
        Color.RED,
        datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001 - what was written has no zone
        uuid.UUID("12345678-1234-5678-1234-567812345678"),
        Decimal("1.10"),
        Item(name="x", price=Decimal(2)),
        Order(id=1),
        {"depth": 2},
        (1, 2),
        "a",
    ]


@tool
def takes_int(count: int) -> int:
    return count


async def test_a_whole_number_written_with_a_point_is_an_integer() -> None:
    assert (await call(takes_int, {"count": 3.0})).value == 3


@pytest.mark.parametrize("wrong", ["3", 3.5, True, None, [3], float("1e-300")])
async def test_nothing_but_a_whole_number_is_an_integer(wrong: object) -> None:
    with pytest.raises(ToolArgumentsInvalid, match="count: Input should be a valid integer") as caught:
        await call(takes_int, {"count": wrong})
    assert caught.value.hint


async def test_unknown_and_missing_arguments_are_named() -> None:
    with pytest.raises(ToolArgumentsInvalid) as caught:
        await call(takes_int, {"cuont": 1})
    assert str(caught.value) == (
        "the arguments of takes_int do not fit: count: required, but missing; cuont: unknown argument"
    )


@tool
def takes_nested(items: list[Item], order: Order, loose: Loose, options: Options) -> None:
    """Take everything that has fields."""


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("items", r"items\[0\]\.more"),
        ("order", "order.more"),
        ("loose", "loose.more"),
        ("options", "options.more"),
    ],
)
async def test_unknown_fields_are_refused_at_every_depth(place: str, path: str) -> None:
    args: dict[str, Any] = {
        "items": [{"name": "x"}],
        "order": {"id": 1},
        "loose": {"name": "x"},
        "options": {"depth": 1},
    }
    target = args[place][0] if place == "items" else args[place]
    target["more"] = "s3cret"
    with pytest.raises(ToolArgumentsInvalid, match=f": {path}: unknown argument$"):
        await call(takes_nested, args)


def test_every_object_with_named_fields_is_closed() -> None:
    parameters = takes_nested.spec.parameters
    closed = [parameters, *parameters["$defs"].values()]
    assert [each["additionalProperties"] for each in closed] == [False] * 5


async def test_values_are_not_repeated_in_messages() -> None:
    class Cat(BaseModel):
        kind: Literal["cat"]

    class Dog(BaseModel):
        kind: Literal["dog"]

    @tool
    def pet(
        animal: Annotated[Cat | Dog, Field(discriminator="kind")], pin: Annotated[str, Field(pattern="^x$")]
    ) -> None:
        """Take a pet."""

    with pytest.raises(ToolArgumentsInvalid) as caught:
        await call(pet, {"animal": {"kind": "s3cret"}, "pin": "s3cret"})
    assert "s3cret" not in str(caught.value)
    assert "'cat', 'dog'" in str(caught.value)
    assert "https://" not in str(caught.value)


async def test_a_long_list_of_problems_is_cut() -> None:
    @tool
    def take(numbers: list[int]) -> None:
        """Take numbers."""

    with pytest.raises(ToolArgumentsInvalid, match=r"numbers\[9\].*; and 15 more$"):
        await call(take, {"numbers": ["x"] * 25})


async def test_arguments_that_are_not_json_are_refused() -> None:
    with pytest.raises(ToolArgumentsInvalid, match="are not JSON"):
        await call(takes_int, {"count": object()})


async def test_a_parameter_may_have_any_name() -> None:
    @tool
    def odd(schema: int, model_config: int, json: int, _private: int = 4, self: int = 5) -> list[int]:
        return [schema, model_config, json, _private, self]

    output = await call(odd, {"schema": 1, "model_config": 2, "json": 3})
    assert output.value == [1, 2, 3, 4, 5]


def test_a_described_annotation_wins_over_the_docstring() -> None:
    @tool
    def take(
        a: Annotated[int, Field(description="own", ge=1)],
        b: int = Field(2, description="default's"),
        c: int = 3,
    ) -> None:
        """Take.

        Args:
            a: docstring's
            b: docstring's
            c: docstring's
        """

    properties = take.spec.parameters["properties"]
    assert properties["a"] == {"type": "integer", "description": "own", "minimum": 1}
    assert properties["b"] == {"type": "integer", "description": "default's", "default": 2}
    assert properties["c"]["description"] == "docstring's"


def test_a_default_that_json_cannot_say_is_left_out() -> None:
    @tool
    def take(x: Any = object()) -> None:  # noqa: B008 - the point
        """Take."""

    assert take.spec.parameters["properties"] == {"x": {}}


async def test_a_mutable_default_is_fresh_in_each_call() -> None:
    @tool
    def grow(items: list[int] = []) -> list[int]:  # noqa: B006 - the point
        items.append(1)
        return items

    await call(grow)
    assert (await call(grow)).value == [1]


variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")


async def test_a_sync_function_runs_in_a_thread_with_the_callers_context() -> None:
    @tool
    def where() -> list[Any]:
        return [threading.current_thread() is threading.main_thread(), variable.get()]

    variable.set("here")
    assert (await call(where)).value == [False, "here"]


async def test_an_async_function_runs_in_the_loop() -> None:
    @tool
    async def where() -> bool:
        return threading.current_thread() is threading.main_thread()

    assert (await call(where)).value is True


async def test_a_canceled_call_does_not_wait_for_its_thread() -> None:
    begun, release, ended = threading.Event(), threading.Event(), threading.Event()

    @tool
    def stuck() -> None:
        begun.set()
        release.wait()
        ended.set()

    task = asyncio.create_task(call(stuck))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not ended.is_set()
    release.set()


async def test_a_sync_function_that_returns_a_coroutine_is_awaited() -> None:
    async def inner() -> int:
        return 7

    @tool
    def outer() -> Any:
        return inner()

    assert (await call(outer)).value == 7


async def test_a_callable_object_and_a_partial_can_be_tools() -> None:
    class Adder:
        async def __call__(self, x: int) -> bool:
            return threading.current_thread() is threading.main_thread() and x == 2

    def add(x: int, y: int) -> int:
        return x + y

    assert (await call(tool(name="adder")(Adder()), {"x": 2})).value is True
    assert (await call(tool(name="inc")(functools.partial(add, y=1)), {"x": 2})).value == 3


async def test_a_bound_method_can_be_a_tool() -> None:
    class Counter:
        def count(self, x: int) -> int:
            return x + 1

    assert (await call(tool(Counter().count), {"x": 2})).value == 3


@pytest.mark.parametrize(
    "signal", [ModelRetry("again"), ToolFailed("no"), ApprovalRequired("ask"), ToolRefused("no", hint="h")]
)
@pytest.mark.parametrize("is_async", [True, False])
async def test_signals_and_tool_errors_pass_through(signal: Signal | ToolRefused, is_async: bool) -> None:
    @tool
    async def raising() -> None:
        raise signal

    @tool
    def raising_in_thread() -> None:
        raise signal

    with pytest.raises(type(signal)) as caught:
        await call(raising if is_async else raising_in_thread)
    assert caught.value is signal


async def test_any_other_exception_is_a_crash_with_its_cause() -> None:
    @tool
    async def crash() -> None:
        raise KeyError("k")

    with pytest.raises(ToolCrashed, match=r"^KeyError: 'k'$") as caught:
        await call(crash)
    assert isinstance(caught.value.__cause__, KeyError)


async def test_a_stop_iteration_in_a_thread_is_a_crash_and_not_a_hang() -> None:
    @tool
    def exhausted() -> int:
        return next(iter(list[int]()))

    with pytest.raises(ToolCrashed, match="StopIteration"):
        await asyncio.wait_for(call(exhausted), 5)


async def test_a_custom_validators_words_reach_the_model() -> None:
    class Even(BaseModel):
        n: int

        @field_validator("n")
        @classmethod
        def even(cls, value: int) -> int:
            if value % 2:
                raise ValueError("must be even")
            return value

    @tool
    def take(x: Even) -> None:
        """Take."""

    with pytest.raises(ToolArgumentsInvalid, match=r"x\.n: Value error, must be even"):
        await call(take, {"x": {"n": 1}})
