from dataclasses import replace
from typing import Any

import pytest

from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.tools.compatibility import check_version, compare

INT = {"type": "integer"}
STR = {"type": "string"}


def of(**properties: Any) -> dict[str, Any]:
    """An object whose properties are required unless they have a default."""
    required = [name for name, each in properties.items() if isinstance(each, dict) and "default" not in each]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def spec(parameters: Any = None, result: Any = None, **other: Any) -> ToolSpec:
    return ToolSpec(name="t", description="d", parameters=parameters or of(), result=result, **other)


NODE = {"$defs": {"N": of(next={"anyOf": [{"$ref": "#/$defs/N"}, {"type": "null"}]})}, "$ref": "#/$defs/N"}
MAP = {"type": "object", "additionalProperties": INT}


@pytest.mark.parametrize(
    ("old", "new", "bump"),
    [
        (of(a=INT), of(a=INT), "none"),
        (of(a=INT), of(), "major"),
        (of(a=INT), of(a=INT, b=STR), "major"),
        (of(a=INT), of(a=INT, b={**STR, "default": "x"}), "minor"),
        (of(a={**INT, "default": 1}), of(a=INT), "major"),
        (of(a=INT), of(a={**INT, "default": 1}), "minor"),
        (of(a={**INT, "default": 1}), of(a={**INT, "default": 2}), "patch"),
        (of(a=INT), of(a={**INT, "description": "x"}), "patch"),
        (of(a=INT), of(a=STR), "major"),
        (of(a=INT), of(a={"type": "number"}), "minor"),
        (of(a={"type": "number"}), of(a=INT), "major"),
        (of(a=INT), of(a={"type": ["integer", "null"]}), "minor"),
        (of(a={"type": ["integer", "null"]}), of(a={"anyOf": [INT, {"type": "null"}]}), "patch"),
        (of(a={"anyOf": [INT, STR]}), of(a=INT), "major"),
        (of(a={"enum": ["x", "y"]}), of(a={"enum": ["x"]}), "major"),
        (of(a={"enum": ["x"]}), of(a={"enum": ["x", "y"]}), "minor"),
        (of(a={"enum": ["x"]}), of(a=STR), "minor"),
        (of(a={"enum": [1]}), of(a=STR), "major"),
        (of(a=STR), of(a={"const": "x"}), "major"),
        (of(a=INT), of(a={**INT, "minimum": 1}), "major"),
        (of(a={**INT, "minimum": 1}), of(a={**INT, "minimum": 0}), "minor"),
        (of(a={**INT, "maximum": 9}), of(a={**INT, "maximum": 5}), "major"),
        (of(a={**STR, "maxLength": 5}), of(a={**STR, "maxLength": 9}), "minor"),
        (of(a=STR), of(a={**STR, "pattern": "^x"}), "major"),
        (of(a={**STR, "pattern": "^x"}), of(a=STR), "minor"),
        (of(a={"type": "array", "items": INT}), of(a={"type": "array", "items": STR}), "major"),
        (of(a={"type": "array", "items": INT}), of(a={"type": "array"}), "minor"),
        (
            of(a={"type": "array", "prefixItems": [INT, STR], "items": False}),
            of(a={"type": "array", "prefixItems": [INT, INT], "items": False}),
            "major",
        ),
        (
            of(a={"type": "array", "prefixItems": [INT], "minItems": 1, "maxItems": 1}),
            of(a={"type": "array", "items": INT, "minItems": 1, "maxItems": 1}),
            "patch",
        ),
        (of(a=MAP), of(a={**MAP, "additionalProperties": {"type": "number"}}), "minor"),
        (of(a=MAP), of(a={**MAP, "properties": {"k": STR}}), "major"),
        (of(a={"type": "object"}), of(a=of()), "major"),
        (of(a=True), of(a=INT), "major"),
        (of(a=INT), of(a=True), "minor"),
        (of(a=INT), of(a=False), "major"),
        (NODE, NODE, "none"),
        (NODE, {**NODE, "description": "x"}, "patch"),
    ],
)
def test_a_change_of_parameters_asks_for(old: Any, new: Any, bump: str) -> None:
    change = compare(spec(old), spec(new))
    assert (change.required_bump, bool(change.reasons)) == (bump, bump != "none"), change.reasons


@pytest.mark.parametrize(
    ("old", "new", "bump"),
    [
        (of(a=INT), of(a=INT, b=STR), "minor"),
        (of(a=INT, b=STR), of(a=INT), "major"),
        (of(a=INT), of(a={"type": "number"}), "major"),
        (of(a={"type": "number"}), of(a=INT), "minor"),
        (of(a={"enum": ["x"]}), of(a={"enum": ["x", "y"]}), "major"),
        (of(a=INT), of(a={**INT, "default": 1}), "major"),
        (None, of(a=INT), "minor"),
        (of(a=INT), None, "major"),
        ({"type": "array", "items": of(a=INT)}, {"type": "array", "items": of(a=INT, b=INT)}, "minor"),
        (of(a=INT), {**of(a=INT), "description": "x"}, "patch"),
    ],
)
def test_a_change_of_the_result_asks_for_the_opposite(old: Any, new: Any, bump: str) -> None:
    change = compare(spec(result=old), spec(result=new))
    assert change.required_bump == bump, change.reasons


@pytest.mark.parametrize(
    ("other", "bump"),
    [
        ({"effects": "read"}, "major"),
        ({"idempotent": True}, "major"),
        ({"needs_approval": True}, "minor"),
        ({"sequential": True}, "minor"),
        ({"timeout_s": 3.0}, "patch"),
    ],
)
def test_a_change_of_behavior_asks_for(other: dict[str, Any], bump: str) -> None:
    assert compare(spec(), spec(**other)).required_bump == bump


def test_another_name_is_another_tool() -> None:
    assert compare(spec(), replace(spec(), name="u")).required_bump == "major"


def test_the_greatest_reason_comes_first_and_names_the_place() -> None:
    change = compare(spec(of(a=of(b=INT))), spec(of(a=of(b=STR)), timeout_s=1))
    assert change.reasons[0] == "major: parameters: a.b: type integer is not allowed"
    assert change.reasons[-1].startswith("patch: ")


@pytest.mark.parametrize(
    ("before", "after", "fine"),
    [
        ("1.0.0", "2.0.0", True),
        ("1.0.0", "1.1.0", False),
        ("1.0.0", "1.0.0", False),
        ("0.1.0", "0.2.0", True),
        ("0.1.0", "0.1.1", False),
        ("2.0.0", "1.0.0", False),
        ("1.0.0-rc.1+b", "2.0.0", True),
    ],
)
def test_a_breaking_change_needs_a_new_major_version(before: str, after: str, fine: bool) -> None:
    old, new = spec(of(a=INT), version=before), spec(of(a=STR), version=after)
    if fine:
        check_version(old, new)
    else:
        with pytest.raises(DefinitionError, match=f"from {before} to {after}"):
            check_version(old, new)


def test_no_change_needs_no_new_version() -> None:
    check_version(spec(), spec())


def test_a_version_never_goes_back() -> None:
    with pytest.raises(DefinitionError) as caught:
        check_version(spec(version="1.1.0"), spec(version="1.0.9"))
    assert caught.value.hint == "A version never goes back."


def test_a_constraint_that_did_not_change_is_no_reason() -> None:
    same = {**STR, "pattern": "^x"}
    assert compare(spec(of(a=same)), spec(of(a=same, b={**INT, "default": 1}))).required_bump == "minor"
