"""Tool names on the wire."""

import re

from hypothesis import given
from hypothesis import strategies as st

from agent_sdk.llm.wire_names import WireNames, to_wire

NAMES = st.one_of(
    st.text(st.sampled_from("ab._-"), min_size=1, max_size=12),
    st.text(min_size=1, max_size=100),
)


def test_dots_become_two_underscores() -> None:
    assert to_wire("filesystem.read") == "filesystem__read"


def test_a_name_that_fits_stays_as_it_is() -> None:
    assert to_wire("get_order-2") == "get_order-2"


def test_a_name_that_the_model_made_up_comes_back_as_it_is() -> None:
    assert WireNames(["a.b"]).to_ours("no_such__tool") == "no_such__tool"


def test_names_that_look_alike_keep_apart() -> None:
    assert len({to_wire(name) for name in ("a.b", "a__b", "a_.b", "a._b", "a.b." * 40, "a.b," * 40)}) == 6


@given(names=st.lists(NAMES, unique=True, max_size=20))
def test_every_name_has_a_form_of_its_own_that_leads_back(names: list[str]) -> None:
    wire = [to_wire(name) for name in names]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", form) for form in wire)
    assert len(set(wire)) == len(names)
    ours = WireNames(names)
    assert [ours.to_ours(form) for form in wire] == names
