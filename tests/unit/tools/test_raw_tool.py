from collections.abc import Mapping
from typing import Any

import pytest

from agent_sdk.contracts.errors import DefinitionError, ToolArgumentsInvalid, ToolCrashed, ToolResultInvalid
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.ports.tool import RunContext
from agent_sdk.tools.raw_tool import raw_tool
from tests.unit.tools.context import call

PARAMETERS = {
    "type": "object",
    "properties": {"n": {"type": "integer"}, "tags": {"type": "array", "items": {"enum": ["a", "b"]}}},
    "required": ["n"],
    "additionalProperties": False,
}
SPEC = ToolSpec(name="remote", description="Far away.", parameters=PARAMETERS)


def echo(ctx: RunContext[Any], args: Mapping[str, Any]) -> Any:
    return {"agent": ctx.agent, **args}


async def echo_async(ctx: RunContext[Any], args: Mapping[str, Any]) -> Any:
    return echo(ctx, args)


@pytest.mark.parametrize("function", [echo, echo_async])
async def test_a_given_schema_makes_a_tool(function: Any) -> None:
    made = raw_tool(SPEC, function)
    assert made.spec is SPEC
    assert (await call(made, {"n": 1})).value == {"agent": "tester", "n": 1}


async def test_arguments_that_do_not_fit_are_named_without_their_values() -> None:
    with pytest.raises(ToolArgumentsInvalid) as caught:
        await call(raw_tool(SPEC, echo), {"n": "s3cret", "tags": ["a", "s3cret"], "more": "s3cret"})
    text = str(caught.value)
    assert "s3cret" not in text
    assert 'n: must fit type "integer"' in text
    assert 'tags[1]: must fit enum ["a","b"]' in text
    assert "more" in text


async def test_a_missing_argument_is_named() -> None:
    with pytest.raises(ToolArgumentsInvalid, match="'n' is a required property"):
        await call(raw_tool(SPEC, echo), {})


async def test_the_result_is_checked_where_there_is_a_schema() -> None:
    spec = ToolSpec(name="r", description="", parameters=PARAMETERS, result={"type": "string"})
    with pytest.raises(ToolResultInvalid, match='must fit type "string"'):
        await call(raw_tool(spec, echo), {"n": 1})
    assert (await call(raw_tool(spec, lambda _ctx, _args: "fine"), {"n": 1})).content == "fine"


async def test_an_exception_is_a_crash() -> None:
    def crash(_ctx: RunContext[Any], _args: Mapping[str, Any]) -> Any:
        raise ValueError("no")

    with pytest.raises(ToolCrashed, match="ValueError: no"):
        await call(raw_tool(SPEC, crash), {"n": 1})


def test_a_wrong_name_and_a_wrong_schema_are_refused() -> None:
    with pytest.raises(DefinitionError, match="cannot be a tool's name"):
        raw_tool(ToolSpec(name="a b", description="", parameters=PARAMETERS), echo)
    with pytest.raises(DefinitionError, match="not a JSON Schema"):
        raw_tool(ToolSpec(name="a", description="", parameters={"type": "thing"}), echo)
