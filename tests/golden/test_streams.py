"""What a run says, word for word. `pytest --update-golden` writes the files anew; read the difference."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from agent_sdk.contracts.events import Event
from agent_sdk.contracts.grammar import check_events
from tests.golden.scenarios import SCENARIOS, play

STREAMS = Path(__file__).parent / "streams"

Golden = Callable[[Iterable[Event], Path], None]


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_run_says_what_it_always_said(name: str, golden: Golden) -> None:
    golden(await play(name), STREAMS / f"{name}.jsonl")


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_golden_run_follows_the_grammar(name: str) -> None:
    events = await play(name)
    for run_id in dict.fromkeys(event.run_id for event in events):
        assert check_events([event for event in events if event.run_id == run_id]).ended


def test_every_golden_file_is_of_a_scenario() -> None:
    assert {path.stem for path in STREAMS.glob("*.jsonl")} == SCENARIOS.keys()
