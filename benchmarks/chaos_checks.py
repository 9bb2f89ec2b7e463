"""What benchmarks/chaos.py checks when the last kill is over: journals, readers and effects agree."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
from chaos_client import Client, Run, Violated

from agent_sdk import AgentSDKError, Event, check_events
from agent_sdk.contracts.codec import decode_event

TOOLS: Final = ("look_up", "save_note", "send_letter")
NOT_IDEMPOTENT: Final = "send_letter"
ENDED: Final = frozenset({"completed", "failed", "canceled"})
CLOCK_ERROR_S: Final = 0.001
"""Effects and events are timed by the same clock; an event's time is rounded to microseconds."""


@dataclass(slots=True)
class Effect:
    """One execution of a tool, as the process that nobody kills recorded it."""

    run_id: str
    tool: str
    tool_call_id: str
    key: str
    time: float


@dataclass(slots=True)
class Totals:
    """What was counted."""

    statuses: Counter[str] = field(default_factory=Counter[str])
    events: int = 0
    gapless: int = 0
    accepted: int = 0
    received: int = 0
    in_journal: int = 0
    calls: Counter[str] = field(default_factory=Counter[str])
    executions: Counter[str] = field(default_factory=Counter[str])
    repeated: Counter[str] = field(default_factory=Counter[str])
    """Calls that were executed more than once."""
    after_result: int = 0
    """Executions after the result was in the journal."""


def read_effects(path: Path) -> dict[str, list[Effect]]:
    """All executions by call, in the order in which they happened."""
    effects: defaultdict[str, list[Effect]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        effect = Effect(**json.loads(line))
        effects[effect.tool_call_id].append(effect)
    return effects


async def read_journal(client: Client, run_id: str, last_seq: int) -> list[bytes]:
    """The data of all events of a run, as the server sends them to a new reader."""
    journal: list[bytes] = []
    async with aclosing(client.frames(run_id, 0)) as frames:
        async for _, _, data in frames:
            journal.append(data)
            if len(journal) >= last_seq:
                break
    return journal


async def check_run(client: Client, run: Run, totals: Totals) -> tuple[list[Event], list[str]]:
    """The journal of a run that rests, and what is wrong with it."""
    wrong: list[str] = []
    document = await client.get(f"/v1/runs/{run.id}")
    status, reason = document["status"], document["stop_reason"]
    totals.statuses[status] += 1
    if status not in {"completed", "canceled"} and (status, reason) != ("paused", "approval_required"):
        wrong.append(f"it is {status} ({reason}): {document['error']}")
    if run.is_canceled and status not in {"canceled", "completed"}:
        wrong.append(f"its cancellation was accepted, and it is {status}")
    journal = await read_journal(client, run.id, document["last_seq"])
    events = [decode_event(data) for data in journal]
    totals.events += len(events)
    if [event.seq for event in events] == list(range(1, document["last_seq"] + 1)):
        totals.gapless += 1
    else:
        wrong.append(f"its seqs are {[event.seq for event in events]}, the last is {document['last_seq']}")
    try:
        grammar = check_events(events, whole=status in ENDED)
    except AgentSDKError as error:
        wrong.append(f"the grammar refuses its journal: {error}")
    else:
        totals.accepted += 1
        if grammar.status != status:
            wrong.append(f"it is {status}, and its journal says {grammar.status}")
    paged = [item async for item in client.pages(f"/v1/runs/{run.id}/events")]
    if paged != [msgspec.json.decode(data) for data in journal]:
        wrong.append("its events as pages and as a stream differ")
    totals.received += run.received
    lost = [seq for seq, data in run.seen.items() if seq > len(journal) or journal[seq - 1] != data]
    if lost:
        wrong.append(f"readers were shown events that are not in its journal: {lost}")
    else:
        totals.in_journal += run.received
    return events, wrong


def check_effects(events: Sequence[Event], effects: dict[str, list[Effect]], totals: Totals) -> Iterator[str]:
    """Say what is wrong between a journal and the world. Calls that are found are taken out of `effects`."""
    by_call: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.type.startswith("tool."):
            by_call[event.data["tool_call_id"]].append(event)
    for call, history in by_call.items():
        name = history[0].data["name"]
        executions = effects.pop(call, [])
        totals.calls[name] += 1
        totals.executions[name] += len(executions)
        totals.repeated[name] += len(executions) > 1
        for sentence in _check_call(name, history, executions, totals):
            yield f"{name} {call}: {sentence}"


def _check_call(name: str, history: list[Event], executions: list[Effect], totals: Totals) -> Iterator[str]:
    begins = [event for event in history if event.type == "tool.executing"]
    decisions = [event.data["decision"] for event in history if event.type == "tool.approval_resolved"]
    results = [event for event in history if event.type == "tool.completed"]
    approvals = decisions.count("approve")
    count = len(executions)
    if count > len(begins):
        yield f"it was executed {count} times, and begun {len(begins)} times"
    # Who approves an execution whose outcome is unknown allows another one.
    if name == NOT_IDEMPOTENT and count > 1 + approvals:
        yield f"it is not idempotent, and was executed {count} times with {approvals} approvals"
    for done in results:
        late = [each for each in executions if each.time > done.time.timestamp() + CLOCK_ERROR_S]
        totals.after_result += len(late)
        if late:
            yield f"it was executed again after its result was journaled: {late}"
        if not executions:
            yield "it has a result, and was never executed"
    keys = {each.key for each in executions} | {event.data["idempotency_key"] for event in begins}
    if len(keys) > 1:
        yield f"its executions had different idempotency keys: {sorted(keys)}"


async def check_all(client: Client, runs: list[Run], effects_file: Path) -> tuple[Totals, list[str]]:
    """Check every run; the counts and everything that is wrong."""
    totals, wrong = Totals(), list(client.violations)
    effects = read_effects(effects_file)
    keys: Counter[Any] = Counter(key for each in effects.values() for key in {one.key for one in each})
    wrong += [f"{count} calls share the idempotency key {key}" for key, count in keys.items() if count > 1]
    for run in runs:
        try:
            events, sentences = await check_run(client, run, totals)
        except (Violated, AgentSDKError) as error:
            wrong.append(f"{run.id}: {error}")
            continue
        sentences += check_effects(events, effects, totals)
        wrong += [f"{run.id} ({run.plan}): {sentence}" for sentence in sentences]
    wrong += [
        f"{each[0].tool} {call} was executed, and no journal knows it" for call, each in effects.items()
    ]
    asked = {run.id for run in runs}
    stored = {item["id"] async for item in client.pages("/v1/runs")}
    wrong += [f"nobody asked for {run_id}" for run_id in sorted(stored - asked)]
    wrong += [f"{run_id} is not listed" for run_id in sorted(asked - stored)]
    return totals, wrong
