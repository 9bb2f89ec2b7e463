import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent_sdk.contracts.errors import GrammarError
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.grammar import EventGrammar, check_events, without_deltas
from tests.factories.journals import journal

STEP = ("run.queued", "run.started", "step.started")
ANSWERED = (*STEP, "message.started m1", "message.completed m1")
CALLED = (*ANSWERED, "tool.started c1")
EXECUTING = (*CALLED, "tool.executing c1")
WAITING = (*CALLED, "tool.approval_requested c1")
PAUSED = (*WAITING, "run.paused")
END = ("step.completed", "run.completed")
EXECUTED = ("tool.executing c1", "tool.completed c1", *END)
APPROVED = ("tool.approval_requested c1", "tool.approval_resolved c1", *EXECUTED)
RETRIED = (*STEP, "step.failed", "run.retrying")
CUT = (*STEP, "message.started m1", "run.resumed +")


def refusal(*steps: str) -> str:
    """Why the last of these events may not stand after the others, which may."""
    events = journal(*steps)
    check_events(events[:-1], whole=False)
    with pytest.raises(GrammarError) as refused:
        check_events(events, whole=False)
    message = str(refused.value)
    assert message.startswith(f"{events[-1].type} (seq {len(events)}) may not stand here: ")
    return message.partition(": ")[2]


@pytest.mark.parametrize(
    "steps",
    [
        (*EXECUTING, "tool.delta c1", "tool.completed c1", *END),
        (*EXECUTING, "tool.started c2", "tool.executing c2", "tool.failed c1", "tool.completed c2", *END),
        (*PAUSED, "run.queued", "run.resumed", "tool.approval_resolved c1", *EXECUTED),
        (*PAUSED, "tool.approval_resolved c1!", "tool.denied c1", "run.queued", "run.resumed +", *END),
        (*PAUSED, "tool.canceled c1", "step.canceled", "run.canceled"),
        (*EXECUTING, *APPROVED),
        (*EXECUTING, "run.resumed +", *EXECUTED),
        (*EXECUTING, "run.resumed +", *APPROVED),
        (*CUT, "message.failed m1", "step.failed", "step.started", "message.started m2", "message.completed m2", *END),
        (*STEP, "message.started m1", "message.failed m1", "message.started m2", "message.completed m2", *END),
        (*RETRIED, "run.resumed +", "run.failed"),
        (*ANSWERED, "handoff.started c1", "handoff.completed c1", "handoff.started c2", "handoff.failed c2", *END),
        (*EXECUTING, "subagent.started run_2", "subagent.failed run_2", "tool.failed c1", *END),
        ("run.queued", "run.canceled"),
        ("run.queued", "skill.loaded", "run.started", "skill.loaded x", "run.failed"),
        (*PAUSED, "skill.loaded", "tool.denied c1", "step.failed", "run.failed"),
    ],
)  # fmt: skip
def test_these_journals_are_whole(steps: Sequence[str]) -> None:
    assert check_events(journal(*steps)).ended


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        (("run.started",), "the first event is run.queued"),
        (("skill.loaded",), "the first event is run.queued"),
        (("run.queued", "step.started"), "the run is queued"),
        (("run.queued", "run.queued"), "the run is queued"),
        (("run.queued", "run.completed"), "the run is queued"),
        (("run.queued", "run.resumed"), "the run had not started"),
        (("run.queued", "run.started", "run.started"), "the run had started; a later claim is run.resumed"),
        (("run.queued", "run.started", "run.resumed"), "the run is running; only another attempt takes it over"),
        (("run.queued", "run.started", "run.queued"), "the run is running"),
        ((*RETRIED, "run.resumed"), "the run is retrying; only another attempt takes it over"),
        ((*RETRIED, "step.started"), "the run is retrying"),
        ((*PAUSED, "run.resumed"), "the run is paused"),
        ((*PAUSED, "tool.executing c1"), "the run is paused"),
        ((*EXECUTING, "run.paused", "tool.completed c1"), "the run is paused"),
        (("run.queued", "run.canceled", "run.queued"), "nothing may follow the terminal event"),
        (("run.queued", "run.canceled", "skill.loaded"), "nothing may follow the terminal event"),
        ((*STEP, "run.completed"), "still open: step 1"),
        ((*STEP, "message.started m1", "run.canceled"), "still open: message m1, step 1"),
        ((*STEP, "message.started m1", "step.failed"), "still open: message m1, step 1"),
        ((*STEP, "step.started"), "step 1 is open"),
        (("run.queued", "run.started", "step.failed"), "no step is open"),
        (("run.queued", "run.started", "message.started m1"), "no step is open"),
        (("run.queued", "run.started", "handoff.started c1"), "no step is open"),
    ],
)  # fmt: skip
def test_runs_and_steps_follow_their_states(steps: Sequence[str], why: str) -> None:
    assert refusal(*steps) == why


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ((*STEP, "message.delta m1"), "message m1 is not open"),
        ((*STEP, "reasoning.delta m1"), "message m1 is not open"),
        ((*STEP, "message.started m1", "message.started m2"), "another message is open"),
        ((*ANSWERED, "message.started m1"), "m1 had started"),
        ((*ANSWERED, "message.completed m1"), "message m1 is not open"),
        ((*ANSWERED, "message.failed m1"), "message m1 is not open"),
        ((*STEP, "message.started"), "it has no message_id"),
        ((*CUT, "message.delta m1"), "message m1 is interrupted"),
        ((*CUT, "reasoning.delta m1"), "message m1 is interrupted"),
        ((*CUT, "message.completed m1"), "message m1 is interrupted"),
        ((*STEP, "run.resumed +", "message.started m1"), "the step was interrupted; it closes as step.failed"),
        ((*STEP, "run.resumed +", "step.completed"), "the step was interrupted; it closes as step.failed"),
    ],
)  # fmt: skip
def test_messages_open_and_close_once_and_end_with_their_attempt(steps: Sequence[str], why: str) -> None:
    assert refusal(*steps) == why


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ((*CALLED, "tool.started c1"), "c1 had started"),
        ((*EXECUTING, "run.resumed +", "tool.started c1"), "c1 had started"),
        ((*EXECUTING, "tool.executing c1"), "tool c1 is executing"),
        ((*CALLED, "tool.completed c1"), "tool c1 is started"),
        ((*CALLED, "tool.delta c1"), "tool c1 is started"),
        ((*EXECUTING, "tool.denied c1"), "tool c1 is executing"),
        ((*EXECUTING, "run.resumed +", "tool.completed c1"), "tool c1 is interrupted"),
        ((*EXECUTING, "run.resumed +", "tool.delta c1"), "tool c1 is interrupted"),
        ((*EXECUTING, "tool.completed c1", "tool.failed c1"), "tool c1 is not open"),
        ((*EXECUTING, "tool.completed c1", "tool.executing c1"), "tool c1 is not open"),
        ((*EXECUTING, "tool.completed c1", "run.resumed +", "tool.executing c1"), "tool c1 is not open"),
        ((*WAITING, "tool.executing c1"), "tool c1 is waiting"),
        ((*WAITING, "tool.completed c1"), "tool c1 is waiting"),
        ((*WAITING, "tool.approval_requested c1"), "tool c1 is waiting"),
        ((*CALLED, "tool.approval_resolved c1"), "tool c1 is started"),
        ((*WAITING, "tool.approval_resolved c1", "tool.approval_resolved c1"), "tool c1 is approved"),
        ((*WAITING, "tool.approval_resolved c1", "tool.completed c1"), "tool c1 is approved"),
        ((*WAITING, "tool.approval_resolved c1!", "tool.executing c1"), "tool c1 is refused"),
        ((*CALLED, "step.completed"), "still open: tool c1, step 1"),
        ((*ANSWERED, "subagent.started run_2", "step.completed"), "still open: subagent run_2, step 1"),
        ((*ANSWERED, "subagent.completed run_2"), "subagent run_2 is not open"),
    ],
)  # fmt: skip
def test_a_call_is_executed_once_per_attempt_and_never_against_a_decision(
    steps: Sequence[str], why: str
) -> None:
    assert refusal(*steps) == why


def test_a_decision_is_approve_or_deny() -> None:
    events = journal(*WAITING, "tool.approval_resolved c1")
    undecided = replace(events[-1], data={"tool_call_id": "c1", "decision": "perhaps"})
    with pytest.raises(GrammarError, match="'perhaps' is no decision"):
        check_events([*events[:-1], undecided], whole=False)


@pytest.mark.parametrize("ident", ["", None, 7])
def test_an_id_is_a_text_that_is_not_empty(ident: object) -> None:
    events = journal(*CALLED)
    nameless = replace(events[-1], data={**events[-1].data, "tool_call_id": ident})
    with pytest.raises(GrammarError, match="it has no tool_call_id"):
        check_events([*events[:-1], nameless], whole=False)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"seq": 4}, "seq 4 after 2"),
        ({"seq": 2}, "seq 2 after 2"),
        ({"stream": "tool"}, "the stream of its type is lifecycle"),
        ({"session_id": "ses_2"}, "session_id changed from 'ses_1' to 'ses_2'"),
        ({"attempt": 0}, "attempt 0 after 1; only run.resumed raises it"),
        ({"attempt": 2}, "attempt 2 after 1; only run.resumed raises it"),
        ({"step": 2}, "step 2 after 0"),
        ({"step": 0}, "step 0 after 0"),
    ],
)
def test_the_envelope_continues_the_one_before(change: dict[str, object], why: str) -> None:
    events = journal(*STEP)
    with pytest.raises(GrammarError, match=re.escape(why)):
        check_events([*events[:-1], replace(events[-1], **change)], whole=False)


def test_only_a_step_that_starts_counts_steps_up() -> None:
    events = journal(*STEP, "message.started m1")
    with pytest.raises(GrammarError, match="step 2, but the last step started is 1"):
        check_events([*events[:-1], replace(events[-1], step=2)], whole=False)


def test_a_journal_without_its_end_is_a_prefix() -> None:
    events = journal(*PAUSED)
    assert check_events(events, whole=False).status == "paused"
    with pytest.raises(GrammarError, match=r"ends at seq 8 without a terminal event \(the run is paused\)"):
        check_events(events)


def test_nothing_at_all_is_a_prefix_of_everything() -> None:
    assert check_events([], whole=False).status is None
    with pytest.raises(GrammarError, match="without a terminal event"):
        check_events([])


def test_a_refused_event_changes_nothing() -> None:
    grammar = EventGrammar()
    events = journal(*EXECUTING, "tool.completed c1", *END)
    for event in events:
        for strange in (replace(event, seq=event.seq + 5), replace(event, run_id="run_other", attempt=9)):
            with pytest.raises(GrammarError):
                grammar.feed(strange)
        grammar.feed(event)
    grammar.finish()


def compacted(events: Sequence[Event]) -> EventGrammar:
    return check_events(events, whole=False, compacted=True)


def test_compaction_takes_deltas_out_of_messages_and_nothing_else() -> None:
    whole = journal(
        *STEP, "message.started m1", "reasoning.delta m1", "message.delta m1", "message.completed m1", *END
    )
    kept = without_deltas(whole)
    assert [event.seq for event in kept] == [1, 2, 3, 4, 7, 8, 9]
    assert compacted(kept).ended
    with pytest.raises(GrammarError, match="seq 7 after 4"):
        check_events(kept)
    with pytest.raises(GrammarError, match="seq 3 after 1"):
        compacted([kept[0], *kept[2:]])
    with pytest.raises(GrammarError, match="seq 2 after 0"):
        compacted(kept[1:])
    with pytest.raises(GrammarError, match="seq 9 after 7"):
        compacted([*kept[:-2], kept[-1]])


def test_no_delta_can_be_missing_while_nobody_executes_the_run() -> None:
    events = journal(*STEP, "message.started m1", "run.retrying", "message.delta m1", "message.failed m1")
    with pytest.raises(GrammarError, match="seq 7 after 5"):
        compacted([*events[:5], events[6]])


def test_output_of_tools_is_not_compacted_away() -> None:
    events = journal(*EXECUTING, "tool.delta c1", "tool.completed c1")
    assert without_deltas(events) == events
    with pytest.raises(GrammarError, match="seq 9 after 7"):
        compacted([*events[:-2], events[-1]])
