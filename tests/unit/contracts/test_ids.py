import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk.contracts.ids import PREFIXES, IdPrefix, encode_id, is_session_id, parse_id
from tests.strategies import id_prefixes

times = st.integers(0, 2**48 - 1)
entropies = st.integers(0, 2**80 - 1)


@given(id_prefixes, times, entropies)
def test_an_id_tells_its_prefix_and_its_time(prefix: IdPrefix, time_ms: int, entropy: int) -> None:
    text = encode_id(prefix, time_ms, entropy)
    assert parse_id(text) == (prefix, time_ms)
    assert len(text) == len(prefix) + 27


@given(st.tuples(times, entropies), st.tuples(times, entropies))
def test_ids_sort_as_their_times_do(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (encode_id("evt", *one) < encode_id("evt", *other)) == (one < other)


def test_the_example_of_the_ulid_specification_is_written_in_lower_case() -> None:
    # https://github.com/ulid/spec: 01ARZ3NDEKTSV4RRFFQ69G5FAV
    assert encode_id("run", 1469922850259, 0xD6764C61EFB99302BD5B) == "run_01arz3ndektsv4rrffq69g5fav"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "run_",
        "run",
        "run_01arz3ndektsv4rrffq69g5fa",
        "run_01arz3ndektsv4rrffq69g5favv",
        "run_01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "run_81arz3ndektsv4rrffq69g5fav",
        "run_01arz3ndektsv4rrffq69g5fau",
        "box_01arz3ndektsv4rrffq69g5fav",
        " run_01arz3ndektsv4rrffq69g5fav",
        "run_01arz3ndektsv4rrffq69g5fav\n",
    ],
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an id"):
        parse_id(text)


def test_the_prefixes_are_those_of_the_contract() -> None:
    assert {"run", "ses", "evt", "msg", "call", "org", "prj", "key", "usr", "sch", "job"} == PREFIXES


@pytest.mark.parametrize("text", ["a", "ses_1", "user:7@example.com", "A-b.c", "9" * 128])
def test_a_caller_may_name_a_session_so(text: str) -> None:
    assert is_session_id(text)


@pytest.mark.parametrize("text", ["", "_a", "a b", "a/b", "ä", "a\n", "../a", "9" * 129])
def test_a_caller_may_not_name_a_session_so(text: str) -> None:
    assert not is_session_id(text)
