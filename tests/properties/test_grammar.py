"""The grammar of journals: it takes every valid one, and no other."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agent_sdk.contracts.errors import GrammarError
from agent_sdk.contracts.events import STREAM_OF, TERMINAL_TYPES, Event, Stream
from agent_sdk.contracts.grammar import EventGrammar, check_events, without_deltas
from tests.factories.journal_model import is_valid, may_follow
from tests.factories.journals import JournalWriter, id_field
from tests.strategies import journals

OTHER_VALUES = {
    "run_id": "run_other",
    "root_run_id": "run_other",
    "parent_run_id": "run_other",
    "depth": 1,
    "session_id": "ses_other",
    "org_id": "org_other",
}


def accepted(events: Sequence[Event], *, compacted: bool = False) -> bool:
    try:
        check_events(events, compacted=compacted)
    except GrammarError:
        return False
    return True


def renumbered(events: Sequence[Event]) -> list[Event]:
    return [replace(event, seq=seq) for seq, event in enumerate(events, start=1)]


def index_in(data: st.DataObject, events: Sequence[Event]) -> int:
    return data.draw(st.integers(0, len(events) - 1), label="index")


@given(journals())
def test_every_valid_journal_is_accepted(journal: list[Event]) -> None:
    assert check_events(journal).ended
    assert is_valid(journal), "the model agrees"


@given(journals())
def test_every_prefix_is_accepted_as_a_prefix_and_never_as_a_whole(journal: list[Event]) -> None:
    for length in range(len(journal)):
        prefix = journal[:length]
        assert not check_events(prefix, whole=False).ended
        assert not accepted(prefix)


@given(journals())
def test_a_journal_without_its_deltas_is_accepted_as_compacted_only(journal: list[Event]) -> None:
    compacted = without_deltas(journal)
    assert check_events(compacted, compacted=True).ended
    assert accepted(compacted) == (len(compacted) == len(journal))


@given(journals(), st.data())
def test_compaction_may_lose_any_deltas_and_nothing_else(journal: list[Event], data: st.DataObject) -> None:
    at = index_in(data, journal)
    left = journal[:at] + journal[at + 1 :]
    kind = journal[at].type
    if kind in {"message.delta", "reasoning.delta"}:
        assert accepted(left, compacted=True)
    # While a message is open nobody can tell a lost delta from what else may stand there.
    elif not any(event.type == "message.started" for event in journal[:at]):
        assert not accepted(left, compacted=True)


@pytest.mark.parametrize("mutation", ["drop", "duplicate", "swap", "renumber"])
@given(journals(), st.data())
def test_a_journal_out_of_sequence_is_refused(
    mutation: str, journal: list[Event], data: st.DataObject
) -> None:
    at = index_in(data, journal)
    broken = list(journal)
    match mutation:
        case "drop":
            del broken[at]
        case "duplicate":
            broken.insert(at, broken[at])
        case "swap":
            assume(at + 1 < len(broken))
            broken[at], broken[at + 1] = broken[at + 1], broken[at]
        case _:
            broken[at] = replace(broken[at], seq=broken[at].seq + data.draw(st.sampled_from([-1, 1, 7])))
    assert not accepted(broken)


@given(journals(), st.data(), st.sampled_from(["drop", "duplicate", "swap"]))
def test_a_renumbered_mutation_is_judged_as_the_model_judges_it(
    journal: list[Event], data: st.DataObject, mutation: str
) -> None:
    at = index_in(data, journal)
    changed = list(journal)
    if mutation == "drop":
        del changed[at]
    elif mutation == "duplicate":
        changed.insert(at, changed[at])
    else:
        other = index_in(data, journal)
        changed[at], changed[other] = changed[other], changed[at]
    changed = renumbered(changed)
    assert accepted(changed) == is_valid(changed)


@given(journals(), st.data())
def test_losing_a_start_or_an_end_is_never_overlooked(journal: list[Event], data: st.DataObject) -> None:
    starts_and_ends = [
        at
        for at, event in enumerate(journal)
        if event.type.endswith((".started", ".completed", ".failed", ".denied", ".canceled"))
        # A run that was queued may end without having started.
        and event.type != "run.started"
    ]
    at = data.draw(st.sampled_from(starts_and_ends))
    assert not accepted(renumbered(journal[:at] + journal[at + 1 :]))


@pytest.mark.parametrize("name", OTHER_VALUES)
@given(journals(), st.data())
def test_every_event_is_of_the_same_run(name: str, journal: list[Event], data: st.DataObject) -> None:
    at = index_in(data, journal)
    changes: dict[str, Any] = {name: OTHER_VALUES[name]}
    assert not accepted([*journal[:at], replace(journal[at], **changes), *journal[at + 1 :]])


@given(journals(), st.data(), st.sampled_from(["attempt", "step"]), st.sampled_from([-1, 1]))
def test_another_attempt_or_step_on_one_event_is_refused(
    journal: list[Event], data: st.DataObject, name: str, by: int
) -> None:
    at = index_in(data, journal)
    changes: dict[str, Any] = {name: getattr(journal[at], name) + by}
    assert not accepted([*journal[:at], replace(journal[at], **changes), *journal[at + 1 :]])


@given(journals(), st.data(), st.sampled_from(get_args(Stream)))
def test_an_event_in_the_wrong_stream_is_refused(
    journal: list[Event], data: st.DataObject, stream: Stream
) -> None:
    at = index_in(data, journal)
    assume(journal[at].type in STREAM_OF and journal[at].stream != stream)
    assert not accepted([*journal[:at], replace(journal[at], stream=stream), *journal[at + 1 :]])


@given(journals(), st.data(), st.sampled_from(sorted(STREAM_OF)))
def test_an_event_of_another_type_is_judged_as_the_model_judges_it(
    journal: list[Event], data: st.DataObject, kind: str
) -> None:
    at = index_in(data, journal)
    changed = list(journal)
    changed[at] = replace(journal[at], type=kind, stream=STREAM_OF[kind])
    assert accepted(changed) == is_valid(changed)


@given(journals(), st.data(), st.sampled_from(["call_other", "", None, 7]))
def test_an_event_about_something_else_is_refused(
    journal: list[Event], data: st.DataObject, other: object
) -> None:
    at = index_in(data, journal)
    field = id_field(journal[at].type)
    assume(field is not None and field in journal[at].data)
    changed = replace(journal[at], data={**journal[at].data, field or "": other})
    assert not accepted([*journal[:at], changed, *journal[at + 1 :]])


DENIAL = "tool.approval_resolved denied"
CLAIM = "run.resumed by another attempt"
KINDS = (*sorted(STREAM_OF), "skill.loaded", DENIAL, CLAIM)
RECENT_MAX_COUNT = 3
"""Things of one kind that events are offered about, besides a new one."""


def candidates(history: Sequence[Event], label: str) -> list[Event]:
    """Events of one kind that could be written next, about something recent or something new."""
    kind = label.partition(" ")[0]
    last = history[-1] if history else None
    attempt, step = (last.attempt, last.step) if last else (1, 0)
    more = {"decision": "deny"} if label == DENIAL else {}
    return [
        replace(
            JournalWriter().add(kind, about, **more),
            seq=len(history) + 1,
            attempt=attempt + (label == CLAIM),
            step=step + (kind == "step.started"),
        )
        for about in _recent(history, kind)
    ]


def _recent(history: Sequence[Event], kind: str) -> list[str | None]:
    field = id_field(kind)
    if field is None:
        return [None]
    ids = [event.data[field] for event in reversed(history) if field in event.data]
    return [*list(dict.fromkeys(ids))[:RECENT_MAX_COUNT], f"new_{len(history)}", ""]


@settings(max_examples=120, deadline=None)
@given(journals())
def test_whatever_could_follow_a_prefix_is_judged_as_the_model_judges_it(journal: list[Event]) -> None:
    grammar = EventGrammar()
    for index, event in enumerate(journal):
        history = journal[:index]
        for offer in [each for label in KINDS for each in candidates(history, label)]:
            if may_follow(history, offer):
                deepcopy(grammar).feed(offer)
            else:
                with pytest.raises(GrammarError, match=r"may not stand here"):
                    grammar.feed(offer)
        grammar.feed(event)


class GrammarBesideItsModel(RuleBasedStateMachine):
    """Offers events to the grammar and to the model; they agree on every one, and a refused one changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.grammar = EventGrammar()
        self.history: list[Event] = []

    @initialize(journal=journals(), data=st.data())
    def begin_with_a_prefix(self, journal: list[Event], data: st.DataObject) -> None:
        for event in journal[: data.draw(st.sampled_from(range(len(journal))))]:
            self._offer(event)

    def _offer(self, event: Event) -> None:
        if may_follow(self.history, event):
            self.grammar.feed(event)
            self.history.append(event)
        else:
            with pytest.raises(GrammarError, match=r"may not stand here"):
                self.grammar.feed(event)

    @rule(data=st.data())
    def write_what_may_follow(self, data: st.DataObject) -> None:
        # An end would end the test, too.
        fitting = {
            f"{label} {event.data}": event
            for label in KINDS
            if label not in TERMINAL_TYPES
            for event in candidates(self.history, label)
            if may_follow(self.history, event)
        }
        if fitting:
            self._offer(fitting[data.draw(st.sampled_from(list(fitting)))])

    @rule(label=st.sampled_from(KINDS), data=st.data())
    def write_anything(self, label: str, data: st.DataObject) -> None:
        self._offer(data.draw(st.sampled_from(candidates(self.history, label))))

    @rule(label=st.sampled_from(KINDS), step=st.integers(-1, 1), attempt=st.integers(-1, 1))
    def write_it_elsewhere(self, label: str, step: int, attempt: int) -> None:
        event = candidates(self.history, label)[0]
        self._offer(replace(event, step=event.step + step, attempt=event.attempt + attempt))

    @invariant()
    def they_agree_whether_the_run_has_ended(self) -> None:
        assert self.grammar.ended == (bool(self.history) and self.history[-1].type in TERMINAL_TYPES)


TestGrammarBesideItsModel = GrammarBesideItsModel.TestCase
TestGrammarBesideItsModel.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
