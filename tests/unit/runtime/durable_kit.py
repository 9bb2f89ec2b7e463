"""A lease over a list, and a model that answers by what it reads: runs that are cut anywhere and gone on with."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from agent_sdk import Event, check_events
from agent_sdk.contracts.approval import Approval
from agent_sdk.contracts.events import DELTA_TYPES
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.platform_errors import LeaseLost, NotFound
from agent_sdk.contracts.run import Run, RunLimits, RunStatus
from agent_sdk.contracts.scope import LOCAL
from agent_sdk.ports.journal import Entry
from agent_sdk.ports.llm import ModelChunk, ModelProfile, ModelRequest
from agent_sdk.ports.store import Claim, NewRun, ResumeReason, Signals
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.durable import DurableRun, RunRequest, new_run, opening
from agent_sdk.runtime.services import Services
from agent_sdk.testing import FakeIds, ScriptedModel, fake_services
from agent_sdk.testing.scripted_model import Step

IDS = FakeIds()
"""Processes that follow one another make no id twice."""
Agents = Mapping[str, AgentDefinition[Any, Any]]


class PlannedModel:
    """Gives the answer number n to a conversation with n answers in it, whoever asks and however often."""

    def __init__(self, *plan: Step, name: str = "planned:model") -> None:
        self.id = name
        self.profile = ModelProfile()
        self._plan = plan
        self.asked = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        self.asked += 1
        place = sum(message.role == "assistant" for message in request.messages)
        # As a network would: what was recorded before is committed meanwhile.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        answer = ScriptedModel([self._plan[place]])
        async for chunk in answer.stream(request):
            yield chunk
            await asyncio.sleep(0)
            await asyncio.sleep(0)


@dataclass(eq=False)
class Journals:
    """What is committed: the events of a run and its subagents, in batches."""

    new: NewRun
    batches: list[list[Event]] = field(default_factory=list[list[Event]])
    remembered: dict[str, Sequence[Message]] = field(default_factory=dict[str, Sequence[Message]])
    signals: Signals = field(default_factory=Signals)

    @property
    def events(self) -> list[Event]:
        """Everything, in the order in which it was committed."""
        return [event for batch in self.batches for event in batch]

    def of(self, run_id: str) -> list[Event]:
        """One run's."""
        return [event for event in self.events if event.run_id == run_id]

    @property
    def root(self) -> list[Event]:
        """The root run's."""
        return self.of(self.new.id)

    def cut(self, batches: int) -> "Journals":
        """What a process leaves behind that was killed after so many commits."""
        return Journals(new=self.new, batches=[list(batch) for batch in self.batches[:batches]])

    def check(self, *, whole: bool = True) -> None:
        """Require that every journal is accepted by the grammar."""
        for run_id in {event.run_id for event in self.events}:
            check_events(self.of(run_id), whole=whole or run_id != self.new.id)


class ListLease:
    """Commits to `Journals` as a store would: what a task appends without awaiting goes together."""

    awaited = False

    def __init__(self, claim: Claim, journals: Journals) -> None:
        self.claim = claim
        self.journals = journals
        self.lost = False
        self.on_commit: Callable[[], None] = lambda: None
        self._pending: list[Entry] = []
        self._heads: dict[str, int] = {}
        self._flushing: asyncio.Future[None] | None = None

    def append(self, entry: Entry) -> None:
        if self.lost:
            return
        head = self._heads.setdefault(entry.run_id, len(self.journals.of(entry.run_id)))
        assert entry.seq == head + 1, f"seq {entry.seq} of {entry.run_id} after {head}"
        self._heads[entry.run_id] = entry.seq
        self._pending.append(entry)
        if self._flushing is None:
            loop = asyncio.get_running_loop()
            self._flushing = loop.create_future()
            loop.call_soon(self._flush)

    def _flush(self) -> None:
        events = [entry if isinstance(entry, Event) else entry.seal() for entry in self._pending]
        self._pending.clear()
        flushing, self._flushing = self._flushing, None
        if self.lost:
            events = []
        if events:
            self.journals.batches.append(events)
        if flushing is not None:
            flushing.set_result(None)
        self.on_commit()

    def remember(self, run_id: str, messages: Sequence[Message]) -> None:
        self.journals.remembered[run_id] = messages

    def adopt(self, agent_version: str) -> None:
        self.journals.new = replace(self.journals.new, agent_version=agent_version)

    async def committed(self) -> None:
        if self._flushing is not None:
            await asyncio.shield(self._flushing)
        if self.lost:
            raise LeaseLost

    async def journal(self, run_id: str) -> Sequence[Event]:
        events = self.journals.of(run_id)
        return [
            event
            for event, following in zip_longest(events, events[1:])
            if event.type not in DELTA_TYPES or following is None or following.type == "run.resumed"
        ]

    async def history(self) -> Sequence[Message]:
        return ()

    async def signals(self) -> Signals:
        return self.journals.signals

    def abandon(self) -> None:
        self.lost = True


def begin(services: Services, agents: Agents, text: str = "go", **more: Any) -> Journals:
    """A run that is queued."""
    name = next(iter(agents))
    new = new_run(services, LOCAL, agents[name], RunRequest(agent=name, input=text, **more))
    return Journals(new=new, batches=[list(new.events)])


def claim(
    services: Services,
    journals: Journals,
    reason: ResumeReason | None = None,
    *,
    attempt: int | None = None,
    **more: Any,
) -> ListLease:
    """Take a run over, as a worker does."""
    new, events = journals.new, journals.root
    status: RunStatus = "running"
    run = Run(
        id=new.id,
        session_id=new.session_id,
        agent=new.agent,
        model=new.model,
        status=status,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        input=new.input,
        attempt=attempt or (1 if reason is None else events[-1].attempt + 1),
        last_seq=events[-1].seq,
    )
    taken = Claim(
        scope=LOCAL,
        run=run,
        resume=reason,
        agent_version=new.agent_version,
        model_choice=new.model_choice,
        limits=RunLimits(),
        deps=new.deps,
        depth=0,
        step=events[-1].step,
        last_time=events[-1].time,
        **more,
    )
    opened = list(opening(services)(taken))
    if opened:
        journals.batches.append(opened)
        taken = replace(taken, run=replace(run, last_seq=opened[-1].seq))
    return ListLease(taken, journals)


def resolver(agents: Agents) -> Callable[[str], AgentDefinition[Any, Any]]:
    """Finds an agent by name."""

    def resolve(name: str) -> AgentDefinition[Any, Any]:
        if name not in agents:
            raise NotFound(f"there is no agent {name!r}")
        return agents[name]

    return resolve


async def execute(agents: Agents, journals: Journals, reason: ResumeReason | None = None, **more: Any) -> str:
    """Claim a run and execute it."""
    services = replace(fake_services(PlannedModel("nothing was planned")), ids=IDS)
    lease = claim(services, journals, reason, **more)
    return await DurableRun(services, lease, resolver(agents)).execute()


def decided(event: Event, status: Any, **more: Any) -> Approval:
    """What a human said to a `tool.approval_requested`."""
    return Approval(
        id=event.data["tool_call_id"],
        run_id=event.run_id,
        root_run_id=event.root_run_id,
        session_id=event.session_id,
        agent=event.agent,
        tool=event.data["name"],
        args=event.data["args"],
        args_hash=event.data["args_hash"],
        status=status,
        requested_at=event.time,
        **more,
    )
