"""A claimed run: its entries wait here for the writer, and every commit of them checks the fence first."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import GrammarError
from agent_sdk.contracts.events import Event
from agent_sdk.contracts.messages import Message
from agent_sdk.contracts.platform_errors import LeaseLost
from agent_sdk.ports.journal import Entry
from agent_sdk.ports.store import Claim, Signals
from agent_sdk.storage.projection import PROGRESS_TYPES
from agent_sdk.storage.sqlite.database import Database
from agent_sdk.storage.sqlite.reading import history_of, journal_of, signals_of
from agent_sdk.storage.sqlite.record import record
from agent_sdk.storage.sqlite.transaction import Ownership, Transaction, Written
from agent_sdk.storage.sqlite.writer import Writer

_FENCE: Final = "SELECT number FROM runs WHERE id = ? AND attempt = ? AND lease_owner = ?"
_NUMBER: Final = "SELECT number FROM runs WHERE id = ?"
_ADOPT: Final = "UPDATE runs SET agent_version = ? WHERE id = ?"
_FORGET: Final = "DELETE FROM messages WHERE org_id = ? AND session_id = ? AND run_number = ?"
_BEGINNING: Final = "message.started"
_REMEMBER: Final = (
    "INSERT INTO messages (org_id, session_id, run_number, position, run_id, data) VALUES (?, ?, ?, ?, ?, ?)"
)


class SqliteLease:
    """The one way to write the journal of a run and those of its subagents."""

    may_wait = True
    awaited = False

    def __init__(
        self,
        claim: Claim,
        owner: str,
        *,
        heads: Mapping[str, int],
        writer: Writer,
        database: Database,
        abandoned: Callable[[str], None],
        alone: bool = False,
        lost_before: bool = False,
    ) -> None:
        """Take over what was claimed.

        Args:
            claim: The run.
            owner: Who claims it.
            heads: The last `seq` of it and of each of its subagents.
            writer: Who commits.
            database: Where to read.
            abandoned: Told the run's id and attempt, with a space between, when nobody works at it any more.
            alone: Whether its session was made for the run and knows nothing else.
            lost_before: Whether the run lost an owner since it last made progress.
        """
        self.claim = claim
        self.owner = owner
        self.lost = False
        self._heads = dict(heads)
        self._writer = writer
        self._database = database
        self._abandoned = abandoned
        self._alone = alone
        self._lost_before = lost_before
        self._remembered: set[str] = set()
        """Runs that the session may know something of."""
        self._pending: list[Entry] = []
        self._taken: list[Event] = []
        self._written: list[Written] = []
        """The taken ones, encoded: once, however often the commit fails."""
        self._memory: dict[str, Sequence[Message]] = {}
        self._memory_taken: dict[str, Sequence[Message]] = {}
        self._version: str | None = None
        self._version_taken: str | None = None
        self._waiters: list[asyncio.Future[None]] = []
        """Who waits for what is pending."""
        self._waiters_taken: list[asyncio.Future[None]] = []
        """Who waits for what was taken, whatever has come since then."""
        self._owned_at: Ownership | None = None
        """When the fence was checked last: it holds as long as that has not changed."""
        self._number = 0
        self._error: Exception | None = None
        self._gave_up = False

    def append(self, entry: Entry) -> None:
        """Take the next entry.

        Raises:
            GrammarError: Its `seq` does not follow.
        """
        if self.lost:
            return
        run_id, seq = entry.run_id, entry.seq
        head = self._heads.get(run_id, 0)
        if seq != head + 1:
            raise GrammarError(f"seq {seq} of {run_id} after {head}")
        self._heads[run_id] = seq
        if not self._pending:
            self._writer.add(self)
        self._pending.append(entry)
        if entry.type == _BEGINNING:
            # A reader has waited for the model, and sees the first of its words as soon as they are here.
            self._writer.hurry()

    def remember(self, run_id: str, messages: Sequence[Message]) -> None:
        """Set what the session knows of a run, with what is appended next."""
        self._memory[run_id] = tuple(messages)

    def adopt(self, agent_version: str) -> None:
        """Note the version of the agent at work, with what is appended next."""
        self._version = agent_version

    async def committed(self) -> None:
        """Return when everything appended so far is committed.

        Raises:
            LeaseLost: Another worker owns the run.
            AgentSDKError: An entry cannot be written.
        """
        if self._error is not None:
            raise self._error
        if self._pending or self._taken:
            waiter = asyncio.get_running_loop().create_future()
            (self._waiters if self._pending else self._waiters_taken).append(waiter)
            self._writer.hurry()
            await waiter

    async def journal(self, run_id: str) -> Sequence[Event]:
        """The committed events of a run of the tree, without deltas."""
        return await journal_of(self._database, self.claim.run.id, run_id)

    async def history(self) -> Sequence[Message]:
        """What the session knew before this run."""
        return (
            []
            if self._alone
            else history_of(self._database.reader, self.claim.scope.org_id, self.claim.run.id)
        )

    async def signals(self) -> Signals:
        """What others want of it."""
        return signals_of(self._database.reader, self.claim.run.id)

    def abandon(self) -> None:
        """Write nothing more."""
        self.failed(LeaseLost(f"the lease of {self.claim.run.id} was abandoned"))

    def gave_up(self) -> None:
        """The run ended, paused or waits for a retry: the lease went back with that."""
        self.lost = True

    # --- as a part of the writer's batch -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Take what is pending; deltas grow no more."""
        self._taken += [each if isinstance(each, Event) else each.seal() for each in self._pending]
        self._pending.clear()
        self._memory_taken |= self._memory
        self._memory.clear()
        if self._version is not None:
            self._version_taken, self._version = self._version, None
        self._waiters_taken += self._waiters
        self._waiters.clear()

    def write(self, tx: Transaction) -> None:
        """Write what was taken.

        Raises:
            LeaseLost: The fence is another's.
        """
        run_id = self.claim.run.id
        if self._owned_at != tx.ownership:
            self._number = self._fence(tx)
            self._owned_at = tx.ownership
        if self._version_taken is not None:
            tx.execute(_ADOPT, (self._version_taken, run_id))
        done = len(self._written)
        self._written += [(event, encode(event)) for event in self._taken[done:]]
        self._gave_up = record(tx, self._written, lost_before=self._lost_before)
        if self._gave_up:
            # The run is nobody's from here on, and what would still come finds that out.
            self._owned_at = None
        for about, messages in self._memory_taken.items():
            number = self._number if about == run_id else tx.execute(_NUMBER, (about,)).fetchone()[0]
            self._remember(tx, about, number, messages)

    def done(self) -> None:
        """All that was taken is committed."""
        if self._lost_before:
            self._lost_before = not any(event.type in PROGRESS_TYPES for event in self._taken)
        self._remembered.update(self._memory_taken)
        self._taken.clear()
        self._written.clear()
        self._memory_taken.clear()
        self._version_taken = None
        if self._gave_up:
            self.gave_up()
        self._tell(None)

    def failed(self, error: Exception) -> None:
        """Nothing more can be written."""
        self.lost = True
        self._error = error
        self._abandoned(f"{self.claim.run.id} {self.claim.run.attempt}")
        self._pending.clear()
        self._taken.clear()
        self._memory.clear()
        self._waiters_taken += self._waiters
        self._waiters.clear()
        self._tell(error)

    def _fence(self, tx: Transaction) -> int:
        """Require that the run is this owner's; its number."""
        run = self.claim.run
        row = tx.execute(_FENCE, (run.id, run.attempt, self.owner)).fetchone()
        if row is None:
            raise LeaseLost(f"{run.id} has another owner than attempt {run.attempt}")
        number: int = row[0]
        return number

    def _tell(self, error: Exception | None) -> None:
        waiters, self._waiters_taken = self._waiters_taken, []
        for waiter in waiters:
            if waiter.done():
                continue
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(error)

    def _remember(self, tx: Transaction, run_id: str, number: int, messages: Sequence[Message]) -> None:
        key = (self.claim.scope.org_id, self.claim.run.session_id, number)
        if run_id in self._remembered or self.claim.resume is not None:
            tx.execute(_FORGET, key)
        rows = [(*key, index, run_id, encode(message)) for index, message in enumerate(messages)]
        tx.executemany(_REMEMBER, rows)
