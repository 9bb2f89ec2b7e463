"""Runs that live in a store: made from a request, claimed by a worker, gone on with from the journal alone.

The loop is the one that runs in memory, too. Here is what it is fed with: a state read back from the journal, a log
that writes through a lease, and the wishes of whoever steers the run.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from agent_sdk.contracts.errors import AgentSDKError, DeadLettered, RunFailed
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.platform_errors import LeaseLost, StoreError
from agent_sdk.contracts.run import CancelMode
from agent_sdk.ports.journal import Entry
from agent_sdk.ports.store import Claim, Lease, Signals
from agent_sdk.runtime import loop
from agent_sdk.runtime.begin import user_parts
from agent_sdk.runtime.decisions import apply_decisions, interruptions
from agent_sdk.runtime.definition import AgentDefinition
from agent_sdk.runtime.outcome import Outcome, journal_outcome, wrapped
from agent_sdk.runtime.recover import Recovery
from agent_sdk.runtime.replay import replay
from agent_sdk.runtime.request import RunRequest, ends_idle, input_of, new_run, opening
from agent_sdk.runtime.result import ApprovalDecision
from agent_sdk.runtime.resume import begun, resumed, stand_in
from agent_sdk.runtime.services import Services
from agent_sdk.runtime.state import RunState

__all__ = ["DurableRun", "LeaseLog", "RunRequest", "new_run", "opening"]

RETRY_DELAYS_S: Final = (1.0, 4.0)
"""Before the second and the third attempt of a run whose model failed in a way that may pass."""
_SETTLED: Final = frozenset({"run.paused", "run.completed", "run.failed", "run.canceled"})

Ended = Literal["completed", "failed", "canceled", "paused", "retrying", "drained"]
Resolve = Callable[[str], AgentDefinition[Any, Any]]


class DurableRun:
    """One attempt at a claimed run."""

    def __init__(self, services: Services, lease: Lease, resolve: Resolve) -> None:
        """Take a lease; `resolve` finds registered agents by name and raises where there is none."""
        self._services = services
        self._lease = lease
        self._resolve = resolve
        self._log = LeaseLog(lease)
        self._state: RunState | None = None
        self._draining = False
        self._missed = False
        self._seen: set[str] = set()

    async def execute(self) -> Ended:
        """Run to the end, to a pause, to a failed attempt or to the border of a step; everything is journaled.

        Raises:
            LeaseLost: Another worker owns the run, or the lease was abandoned.
        """
        claim = self._lease.claim
        if claim.dead:
            return await self._refuse(DeadLettered())
        try:
            agent = self._resolve(claim.run.agent)
            state, recovery = await self._open(claim, agent)
        except (LeaseLost, StoreError):
            raise
        except AgentSDKError as error:
            # Anything else that a registry or a factory raises may pass: the attempt breaks off, and is a loss.
            return await self._refuse(error)
        self._log.state = state
        state.retry_delays_s = RETRY_DELAYS_S
        state.refresh = self._refresh
        state.draining = self._draining
        self._state = state
        if ends_idle(claim):
            self.signal(await self._lease.signals())
            return await self._end(loop.cancel_idle(state))
        divergence = await self._divergence(agent, recovery)
        if divergence is not None:
            outcome = Outcome(
                status="paused",
                stop_reason="input_required",
                divergence=divergence,
                agent_version=agent.version,
            )
            journal_outcome(state, outcome)
            return await self._end(outcome)
        if recovery is not None:
            if agent.version != claim.agent_version:
                self._lease.adopt(agent.version)
            recovery.settle()
        if claim.signaled or self._missed:
            signals = await self._lease.signals()
            self._decide(state, signals)
            self.signal(signals)
        return await self._end(await loop.run(state))

    def signal(self, signals: Signals) -> None:
        """Hear what others want of the run. Called on the event loop that executes it."""
        state = self._state
        if state is None:
            # It reads them itself when it has a state to act on.
            self._missed = True
            return
        state.pause_requested = signals.pause
        for pending in signals.inputs:
            if pending.id not in self._seen:
                self._seen.add(pending.id)
                parts = user_parts(input_of(pending.input))
                state.inputs.append(Message(id=pending.id, role="user", parts=parts))
        if signals.cancel_mode is not None:
            state.token.cancel(signals.cancel_mode, reason=signals.cancel_reason)
        for run_id, mode in signals.subagent_cancels.items():
            _cancel_below(state, run_id, mode)

    def drain(self) -> None:
        """Stop at the next border of a step; `execute` then returns `drained`."""
        self._draining = True
        if self._state is not None:
            self._state.draining = True

    async def _open(self, claim: Claim, agent: AgentDefinition[Any, Any]) -> tuple[RunState, Recovery | None]:
        if claim.resume is None:
            return await begun(self._services, self._lease, agent, self._log), None
        return await resumed(self._services, self._lease, agent, self._log)

    async def _divergence(self, agent: AgentDefinition[Any, Any], recovery: Recovery | None) -> str | None:
        """Why a changed agent cannot simply go on with what another one began; None where it can."""
        claim = self._lease.claim
        if recovery is None or agent.version in {claim.agent_version, recovery.accepted_version}:
            return None
        report = await replay(self._services, agent, await self._lease.journal(claim.run.id))
        return report.divergence.reason if report.divergence is not None else None

    async def _refresh(self) -> None:
        self.signal(await self._lease.signals())

    def _decide(self, state: RunState, signals: Signals) -> None:
        waiting = {item.tool_call_id for item in interruptions(state)}
        decisions = [
            ApprovalDecision(
                tool_call_id=approval.id,
                decision="approve" if approval.status == "approved" else "deny",
                args=approval.edited_args,
                reason=approval.decision_reason,
                by=approval.decided_by,
            )
            for approval in signals.decisions
            if approval.id in waiting
        ]
        apply_decisions(state, decisions)

    async def _refuse(self, error: Exception) -> Ended:
        """End a run that cannot be gone on with: its agent or model is not to be had here, or it is a dead letter."""
        claim = self._lease.claim
        state, recovery = await stand_in(self._services, self._lease, self._log)
        self._log.state = self._state = state
        if ends_idle(claim):
            self.signal(await self._lease.signals())
            return await self._end(loop.cancel_idle(state))
        recovery.close_message()
        failure = error if isinstance(error, RunFailed) else wrapped(error, stop_reason="model_error")
        return await self._end(loop.fail_idle(state, failure))

    async def _end(self, outcome: Outcome) -> Ended:
        await self._lease.committed()
        if outcome.status == "running":
            return "drained"
        return outcome.status  # pyright: ignore[reportReturnType] - a run never ends queued


def _cancel_below(state: RunState, run_id: str, mode: CancelMode) -> None:
    """Cancel one subagent of a run, wherever below it."""
    for child in state.children.values():
        if child.journal.run_id == run_id:
            child.token.cancel(mode)
            # Its token alone interrupts nothing: with its parent's task it is interrupted anyway.
            if mode == "now" and child.interrupter is not None:
                child.interrupter.interrupt()
        else:
            _cancel_below(child, run_id, mode)


class LeaseLog:
    """Writes the journals of a run and its subagents through the lease."""

    followed = True
    awaited = False

    def __init__(self, lease: Lease) -> None:
        """Write through `lease`."""
        self._lease = lease
        self.state: RunState | None = None

    def append(self, entry: Entry) -> None:
        """Take the next entry. With the one that ends or pauses the run, the session gets to know what was said."""
        if entry.type in _SETTLED and entry.depth == 0 and self.state is not None:
            self._lease.remember(entry.run_id, self.state.remembered)
        self._lease.append(entry)

    async def committed(self) -> None:
        """Return when everything appended so far can no longer be lost."""
        await self._lease.committed()

    def events(self, run_id: str) -> Sequence[Event]:
        """Nothing: they are in the store."""
        del run_id
        return ()
