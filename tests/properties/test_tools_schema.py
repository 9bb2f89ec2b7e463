"""What fits a tool's schema is accepted, and what does not is refused: schema and checks say the same."""

import asyncio
import dataclasses
import enum
import json
from datetime import date
from typing import Annotated, Any, Literal, cast

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from agent_sdk.contracts.errors import ToolArgumentsInvalid
from agent_sdk.tools.function_tool import tool
from agent_sdk.tools.raw_tool import raw_tool
from tests.unit.tools.context import call


class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"


class Part(BaseModel):
    name: str = Field(min_length=1)
    count: int = Field(1, ge=1, le=9)
    inside: "list[Part]" = []


@dataclasses.dataclass
class Place:
    x: float
    y: float | None = None


@tool
def order(  # noqa: PLR0917 - one of each kind
    part: Part,
    size: Size,
    place: Place,
    day: date,
    mode: Literal["fast", "slow"] = "fast",
    tags: Annotated[list[str], Field(max_length=2)] = [],  # noqa: B006 - pydantic copies it
    notes: dict[str, int] | None = None,
    flag: bool = False,
    pair: tuple[int, str] = (1, "x"),
) -> dict[str, Any]:
    """Order something."""
    kept = {"part": part.model_dump(), "size": size.value, "place": dataclasses.asdict(place)}
    return {**kept, "day": day.isoformat(), "rest": [mode, tags, notes, flag, list(pair)]}


TEXT = st.text(st.characters(codec="utf-8"), max_size=5)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
PARTS = st.recursive(
    st.fixed_dictionaries({"name": TEXT.filter(bool)}, optional={"count": st.integers(1, 9)}),
    lambda inner: st.fixed_dictionaries({"name": TEXT.filter(bool), "inside": st.lists(inner, max_size=2)}),
    max_leaves=4,
)
VALID: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "part": PARTS,
        "size": st.sampled_from(["s", "l"]),
        "place": st.fixed_dictionaries(
            {"x": FLOATS | st.integers(-5, 5)}, optional={"y": st.none() | FLOATS}
        ),
        "day": st.dates().map(str),
    },
    optional={
        "mode": st.sampled_from(["fast", "slow"]),
        "tags": st.lists(TEXT, max_size=2),
        "notes": st.none() | st.dictionaries(TEXT, st.integers(-9, 9) | st.just(2.0), max_size=2),
        "flag": st.booleans(),
        "pair": st.tuples(st.integers(), TEXT).map(list),
    },
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | FLOATS | TEXT,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(TEXT | st.sampled_from(["x", "name"]), inner, max_size=2)
    ),
    max_leaves=4,
)
CHECKER = cast("Any", jsonschema.Draft202012Validator)
SCHEMA = CHECKER(order.spec.parameters, format_checker=jsonschema.FormatChecker())


def accepted(args: dict[str, Any]) -> bool:
    try:
        asyncio.run(call(order, args))
    except ToolArgumentsInvalid:
        return False
    return True


@settings(max_examples=150, deadline=None)
@given(VALID)
def test_what_fits_the_schema_is_accepted(args: dict[str, Any]) -> None:
    assert SCHEMA.is_valid(args), list(SCHEMA.iter_errors(args))
    assert accepted(args)


@settings(max_examples=300, deadline=None)
@given(VALID, st.data())
def test_after_any_change_schema_and_checks_still_agree(args: dict[str, Any], data: st.DataObject) -> None:
    changed = json.loads(json.dumps(args))
    keys = [*order.spec.parameters["properties"], "unknown"]
    key = data.draw(st.sampled_from(keys))
    if key in changed and data.draw(st.booleans()):
        del changed[key]
    elif key in ("part", "place") and data.draw(st.booleans()):
        changed[key][data.draw(st.sampled_from(["name", "x", "y", "count", "inside", "more"]))] = data.draw(
            ANYTHING
        )
    else:
        changed[key] = data.draw(ANYTHING)
    assert accepted(changed) == SCHEMA.is_valid(changed), changed


@settings(max_examples=100, deadline=None)
@given(ANYTHING)
def test_a_raw_tool_gives_back_any_json(value: Any) -> None:
    made = raw_tool(
        order.spec.__class__(name="echo", description="", parameters={}), lambda _ctx, args: args["value"]
    )
    output = asyncio.run(call(made, {"value": value}))
    assert output.value == value
    assert output.content == value if isinstance(value, str) else json.loads(output.content) == value
