"""A change that is called compatible never refuses what was accepted before."""

from typing import Any, cast

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_sdk.tools.subset import refusals

CHECKER = cast("Any", jsonschema.Draft202012Validator)
NUMBERS = st.integers(-2, 2)
LEAVES = st.one_of(
    st.fixed_dictionaries({"type": st.just("integer")}, optional={"minimum": NUMBERS, "maximum": NUMBERS}),
    st.fixed_dictionaries({"type": st.just("number")}, optional={"exclusiveMinimum": NUMBERS}),
    st.fixed_dictionaries({"type": st.just("string")}, optional={"maxLength": st.integers(0, 2)}),
    st.fixed_dictionaries({"enum": st.lists(st.sampled_from([None, 1, "a", "b"]), min_size=1, max_size=3)}),
    st.just({"type": ["string", "null"]}),
    st.just({"type": "boolean"}),
    st.booleans(),
)
NAMES = st.sampled_from(["p", "q"])


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner, max_size=2)},
        optional={"required": st.lists(NAMES, unique=True), "additionalProperties": inner},
    )


def arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 2),
        },
    )


SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: (
        objects(inner)
        | arrays(inner)
        | st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=2)})
    ),
    max_leaves=3,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, "", "a", "b", "abc"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["p", "q", "r"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@settings(max_examples=400, deadline=None)
@given(SCHEMAS, SCHEMAS, st.lists(VALUES, max_size=5))
def test_without_a_refusal_every_value_of_the_old_fits_the_new(
    old: Any, other: Any, values: list[Any]
) -> None:
    for new in (other, {"anyOf": [other, old]}, {"type": "array", "items": other}):
        if not refusals(old, new):
            fitting = [value for value in values if CHECKER(old).is_valid(value)]
            assert all(CHECKER(new).is_valid(value) for value in fitting)


@settings(max_examples=300, deadline=None)
@given(SCHEMAS)
def test_no_schema_refuses_its_own_values(schema: Any) -> None:
    assert refusals(schema, schema) == ()
