from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from agent_sdk.contracts.errors import (
    DefinitionError,
)
from agent_sdk.ports.tool import RunContext
from agent_sdk.tools.function_tool import tool


def without_annotation(x) -> None: ...  # noqa: ANN001 # pyright: ignore[reportMissingParameterType, reportUnknownParameterType]


def with_args(*x: int) -> None: ...


def with_kwargs(**x: int) -> None: ...


def positional_only(ctx: RunContext[Any], x: int, /) -> None: ...


def a_generator() -> Iterator[int]:
    yield 1


async def an_async_generator() -> AsyncIterator[int]:
    yield 1


class Methods:
    def method(self, x: int) -> None: ...


WRONG_SIGNATURES: Final[list[tuple[Callable[..., Any], str]]] = [
    (without_annotation, "x without annotation"),
    (with_args, r"takes \*x"),
    (with_kwargs, r"takes \*\*x"),
    (positional_only, "positional-only parameter x"),
    (a_generator, "is a generator"),
    (an_async_generator, "is a generator"),
    (Methods.method, "self without annotation"),
]


@pytest.mark.parametrize(("function", "said"), WRONG_SIGNATURES)
def test_a_signature_that_cannot_work_is_refused_where_it_is_decorated(
    function: Callable[..., Any], said: str
) -> None:
    line = function.__code__.co_firstlineno
    with pytest.raises(DefinitionError, match=f"^{Path(__file__).name}:{line}: .*{said}") as caught:
        tool(function)
    assert caught.value.hint


def declared() -> None: ...


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "no spaces"}, "'no spaces' cannot be a tool's name"),
        ({"name": "x" * 65}, "cannot be a tool's name"),
        ({"name": "1st"}, "'1st' cannot be a tool's name"),
        ({"version": "1.0"}, "declared has the version '1.0'"),
        ({"version": "v1.0.0"}, "declared has the version 'v1.0.0'"),
        ({"effects": "none"}, "declared has the effects 'none'"),
        ({"timeout_s": 0}, "declared has no time to run"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match=f"{Path(__file__).name}:.*{said}") as caught:
        tool(**options)(declared)
    assert caught.value.hint


def test_something_without_code_is_named_by_itself() -> None:
    with pytest.raises(DefinitionError, match="built-in function min"):
        tool(name="no name")(min)


class Unsupported:
    pass


def context_second(x: int, ctx: RunContext[Any]) -> None: ...


def one_positional(x: int, /) -> None: ...


def unsupported(x: Unsupported) -> None: ...


def unsupported_result() -> Unsupported: ...


def callable_in_union(x: int | Callable[[], int]) -> None: ...


def unresolved(x: "Missing") -> None: ...  # type: ignore # noqa: F821, PGH003 - the point


def unresolved_inside(x: list["Missing"]) -> None: ...  # type: ignore # noqa: F821, PGH003 - the point


WRONG_TYPES: Final[list[Callable[..., Any]]] = [
    context_second,
    one_positional,
    unsupported,
    unsupported_result,
    callable_in_union,
    unresolved,
    unresolved_inside,
]


@pytest.mark.parametrize("function", WRONG_TYPES)
def test_types_that_cannot_work_are_refused_at_the_first_use(function: Callable[..., Any]) -> None:
    made = tool(function)
    line = function.__code__.co_firstlineno
    with pytest.raises(DefinitionError, match=f"^{Path(__file__).name}:{line}: ") as caught:
        _ = made.spec
    assert caught.value.hint


def test_the_given_description_wins_over_the_docstring() -> None:
    @tool(name="short", description="Given.")
    def function() -> None:
        """Written."""

    assert (function.spec.name, function.spec.description) == ("short", "Given.")
    assert function.spec.parameters == {"type": "object", "properties": {}, "additionalProperties": False}
