"""Time that moves when told, ids that count, chance that is known, and tools that answer from a list."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from agent_sdk.contracts.errors import UnknownModel
from agent_sdk.contracts.ids import IdPrefix, encode_id
from agent_sdk.contracts.tool import Effects, ToolSpec
from agent_sdk.ports.llm import Model
from agent_sdk.ports.tool import RunContext, ToolOutput
from agent_sdk.runtime.services import Services
from agent_sdk.tools.output import to_output

START: Final = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """Stands still until it is moved; sleeping moves it."""

    def __init__(self, start: datetime = START) -> None:
        """Begin at `start`."""
        self._start = start
        self._elapsed_s = 0.0
        self.slept: list[float] = []
        """Seconds of each sleep, in order."""

    def now(self) -> datetime:
        """The time it shows."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        """Seconds since its start."""
        return self._elapsed_s

    def advance(self, seconds: float) -> None:
        """Move on."""
        self._elapsed_s += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock forth or back, as an administrator might; the monotonic clock does not notice."""
        self._start += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Move on at once, and let others run."""
        self.slept.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)


class FakeIds:
    """Counts: `run_00000000000000000000000001`, `evt_…02`, one series for all prefixes."""

    def __init__(self) -> None:
        """Begin at 1."""
        self._count = 0

    def new(self, prefix: IdPrefix) -> str:
        """The next id."""
        self._count += 1
        return encode_id(prefix, 0, self._count)


class FakeChance:
    """Gives the numbers it was given, over and over."""

    def __init__(self, numbers: Sequence[float] = (0.5,)) -> None:
        """Take the numbers, each in [0, 1)."""
        self._numbers = tuple(numbers)
        self._count = 0

    def random(self) -> float:
        """The next number."""
        self._count += 1
        return self._numbers[(self._count - 1) % len(self._numbers)]


class FakeModels:
    """Resolves ids to the models it was given."""

    def __init__(self, models: Mapping[str, Model]) -> None:
        """Take models by id."""
        self._models = dict(models)

    def resolve(self, model_id: str | None) -> Model:
        """The model of that id; None means the first.

        Raises:
            UnknownModel: There is none.
        """
        wanted = next(iter(self._models), None) if model_id is None else model_id
        if wanted not in self._models:
            msg = f"this test has no model {wanted!r}"
            raise UnknownModel(msg, hint=f"fake_services was given: {', '.join(self._models) or 'none'}.")
        return self._models[wanted]


def fake_services(*models: Model, clock: FakeClock | None = None) -> Services:
    """Services over fakes, with these models; the first is the default."""
    return Services(
        models=FakeModels({model.id: model for model in models}),
        clock=clock or FakeClock(),
        ids=FakeIds(),
        chance=FakeChance(),
    )


class FakeTool:
    """A tool that answers from a list; see `fake_tool`."""

    def __init__(self, spec: ToolSpec, results: Sequence[Any]) -> None:
        """Take the results in order; exceptions among them are raised."""
        self.spec = spec
        self.calls: list[dict[str, Any]] = []
        """The arguments of each call, in order."""
        self._results = list(results)

    async def call(self, ctx: RunContext[Any], args: Mapping[str, Any]) -> ToolOutput:
        """Answer with the next result, and with the last one for ever after."""
        del ctx
        self.calls.append(dict(args))
        result = self._results[min(len(self.calls), len(self._results)) - 1]
        if isinstance(result, BaseException):
            raise result
        return to_output(result)


def fake_tool(
    name: str,
    *results: Any,
    parameters: Mapping[str, Any] | None = None,
    effects: Effects = "read",
    needs_approval: bool = False,
) -> FakeTool:
    """A tool that takes any object and answers with `results`, the last one for ever after.

    Args:
        name: Of the tool.
        results: What the calls return in turn; an exception is raised; `None` where there is none.
        parameters: JSON Schema shown to the model.
        effects: What it declares.
        needs_approval: Whether a human has to approve each call.
    """
    spec = ToolSpec(
        name=name,
        description=f"The fake tool {name}.",
        parameters=parameters or {"type": "object"},
        effects=effects,
        needs_approval=needs_approval,
    )
    return FakeTool(spec, results or (None,))
