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


@pytest.mark.parametrize(
    ("schema", "value", "problem"),
    [
        ({"type": ["string", "null"]}, 5, 'v: must fit type ["string","null"]'),
        (
            {"anyOf": [{"const": 1}, {"minLength": 9}]},
            "s3cret",
            'v: must fit anyOf [{"const":1},{"minLength":9}]',
        ),
        ({"$ref": "#/$defs/low"}, 50, "v: must fit maximum 5"),
        ({"pattern": "^(a+)+(?=b)$"}, "a" * 200, 'v: must fit pattern "^(a+)+(?=b)$"'),
        ({"dependentRequired": {"a": ["b"]}}, {"a": "s3cret"}, "v: 'b' is a dependency of 'a'"),
        ({"properties": {"a": False}}, {"a": "s3cret"}, "v.a: is not allowed"),
        ({"additionalProperties": False}, {"a": "s3cret"}, "v.a: is not allowed"),
        (
            {"$id": "https://example.org/inner", "$ref": "#/$defs/x", "$defs": {"x": {"minimum": 9}}},
            5,
            "v: must fit",
        ),
        ({"pattern": "^(a+)+$"}, "a" * 200 + "!", "v: must fit pattern"),
        ({"pattern": r"^(?=.*\d)(?!x)\w+$"}, "s3cret word", "v: must fit pattern"),
        ({"patternProperties": {"^(a+)+$": {"type": "null"}}}, {"a" * 200: 5}, "must fit type"),
        (
            {"patternProperties": {"^(a+)+$": True}, "additionalProperties": False},
            {"a" * 200 + "!": 5},
            "!: is not allowed",
        ),
        ({"multipleOf": 0.5}, 10**400, "cannot be checked"),
        ({"$ref": "#/properties/v"}, 5, "cannot be checked"),
        ({"const": 1}, float("nan"), "must be JSON"),
        ({"const": 1}, "\ud800", "must be JSON"),
        ({"maximum": 10**30}, 10**31, f"v: must fit maximum {10**30}"),
        ({"type": "array"}, {1, 2}, "must be JSON"),
    ],
)
async def test_each_kind_of_misfit_is_told(schema: Mapping[str, Any], value: Any, problem: str) -> None:
    parameters = {"properties": {"v": schema}, "$defs": {"low": {"maximum": 5}}}
    with pytest.raises(ToolArgumentsInvalid) as caught:
        await call(raw_tool(ToolSpec(name="r", description="", parameters=parameters), echo), {"v": value})
    assert problem in str(caught.value)
    assert "s3cret" not in str(caught.value)


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


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"pattern": r"^(?=.*\d)(?!x)\w+$"}, "word1"),
        ({"pattern": r"^\p{L}+\d$"}, "word1"),
        ({"additionalProperties": {"type": "integer"}, "properties": {"a": True}}, {"a": "", "b": 1}),
        ({"$ref": "#/definitions/text"}, "text"),
    ],
)
async def test_what_fits_is_let_through(schema: Mapping[str, Any], value: Any) -> None:
    parameters = {
        "$schema": "http://json-schema.org/draft-07/schema#",  # many say so, and mean what 2020-12 means, too
        "definitions": {"text": {"type": "string"}},
        "properties": {"v": schema},
    }
    made = raw_tool(ToolSpec(name="r", description="", parameters=parameters), lambda _ctx, _args: "fine")
    assert (await call(made, {"v": value})).content == "fine"


@pytest.mark.parametrize(
    "reference",
    ["#/$defs/absent", "#/title", "http://[", "http://127.0.0.1:1/schema", "file:///etc/hostname"],
)
def test_a_reference_that_leads_out_of_the_schema_is_refused_and_never_fetched(reference: str) -> None:
    parameters = {"title": "t", "properties": {"x": {"$ref": reference}}}
    spec = ToolSpec(name="a", description="", parameters=parameters)
    with pytest.raises(DefinitionError, match="not a JSON Schema"):
        raw_tool(spec, echo)


@pytest.mark.parametrize(
    "schema",
    [
        {"enum": {1, 2}},
        {"const": float("inf")},
        {"pattern": "("},
        {"properties": {"x": {"$schema": "http://json-schema.org/draft-07/schema#"}}},
        {"patternProperties": {"a": True}, "unevaluatedProperties": False},
    ],
)
def test_a_schema_that_cannot_be_checked_is_refused(schema: Mapping[str, Any]) -> None:
    with pytest.raises(DefinitionError, match="not a JSON Schema"):
        raw_tool(ToolSpec(name="a", description="", parameters=schema), echo)


def test_a_schema_that_is_nested_too_deeply_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(2000):
        deep = {"not": deep}
    with pytest.raises(DefinitionError, match="not a JSON Schema"):
        raw_tool(ToolSpec(name="a", description="", parameters=deep), echo)
