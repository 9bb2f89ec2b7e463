import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk.contracts.errors import BadRequest, ModelError, Overloaded, RateLimited
from agent_sdk.reliability.retry import RetryPolicy

POLICY = RetryPolicy(attempts_max=4, backoff_base_s=0.5, backoff_max_s=20, retry_after_max_s=60)


def delay(error: ModelError, attempt: int = 1, chance: float = 1.0, *, shown: bool = False) -> float | None:
    return POLICY.delay_s(error, attempt, chance, shown=shown)


def test_the_wait_doubles_with_every_try_up_to_a_ceiling() -> None:
    patient = RetryPolicy(attempts_max=10)
    waits = [patient.delay_s(Overloaded(), attempt, 1.0, shown=False) for attempt in range(1, 10)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 20, 20, 20]


@pytest.mark.parametrize(("chance", "wait"), [(0.0, 0.0), (0.5, 1.0), (0.75, 1.5)])
def test_the_whole_wait_is_a_matter_of_chance(chance: float, wait: float) -> None:
    assert delay(Overloaded(), 3, chance) == wait


def test_the_last_try_is_the_last() -> None:
    assert delay(Overloaded(), 3) is not None
    assert delay(Overloaded(), 4) is None
    assert RetryPolicy(attempts_max=1).delay_s(Overloaded(), 1, 0.5, shown=False) is None


def test_what_will_not_get_better_is_not_tried_again() -> None:
    assert delay(BadRequest()) is None


def test_an_error_that_knows_better_is_believed() -> None:
    error = BadRequest()
    error.retryable = True
    assert delay(error) is not None


def test_the_providers_wish_is_a_floor_and_jitter_goes_on_top() -> None:
    assert delay(RateLimited(retry_after=7.0), 1, 0.0) == 7.0
    assert delay(RateLimited(retry_after=7.0), 1, 1.0) == 7.5
    assert delay(RateLimited(retry_after=0.0), 1, 0.5) == 0.25


def test_a_provider_that_asks_for_too_long_a_wait_is_not_waited_for() -> None:
    assert delay(RateLimited(retry_after=60.0)) is not None
    assert delay(RateLimited(retry_after=60.1)) is None


def test_a_cut_stream_is_restarted_unless_the_policy_forbids_it() -> None:
    assert delay(Overloaded(), shown=True) is not None
    once = RetryPolicy(restart_cut_streams=False)
    assert once.delay_s(Overloaded(), 1, 0.5, shown=True) is None
    assert once.delay_s(Overloaded(), 1, 0.5, shown=False) is not None


@given(st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_negative_nor_longer_than_the_ceiling(attempt: int, chance: float) -> None:
    endless = RetryPolicy(attempts_max=10**9)
    wait = endless.delay_s(Overloaded(), attempt, chance, shown=False)
    assert wait is not None
    assert 0 <= wait <= endless.backoff_max_s
