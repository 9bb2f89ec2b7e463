"""From options to an agent that is ready to run."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from agent_sdk.bootstrap import OFFLINE_MODEL, build_preset, default_limits, load_agent, make_services
from agent_sdk.cli.options import PRESET_DEFAULT, PRESET_DEFAULT_WITH_DOCS
from agent_sdk.cli.report import say
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.memory.ingest import Ingested
from agent_sdk.presets import load_preset
from agent_sdk.runtime.agent import Agent
from agent_sdk.runtime.cancellation import CancelToken
from agent_sdk.runtime.limits import UsageLimits
from agent_sdk.runtime.runner import Runner
from agent_sdk.runtime.stream import RunStream
from agent_sdk.settings import Settings, load_settings

SKIPPED_SHOWN_MAX_COUNT: Final = 5
OFFLINE_NOTICE: Final = (
    "offline:demo answers: a small set of rules, no language model. "
    "For a real one set OPENAI_API_KEY or ANTHROPIC_API_KEY, or pass --model."
)


ADDRESS_NOTICE: Final = (
    "An address for OpenAI is set, but no key, so it is not the default. "
    "To use it, say which model: --model openai:… or AGENT_SDK_MODEL."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the options said."""

    preset: str | None
    agent: str | None
    model: str | None
    docs: Path | None
    limits: Mapping[str, Any]
    """By the names of `agent_sdk.settings.LimitSettings`; None where nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """An agent with everything it needs."""

    agent: Agent[Any, Any]
    runner: Runner
    model: str | None
    limits: UsageLimits

    def stream(self, prompt: str, *, session: str | None, cancel: CancelToken, tree: bool) -> RunStream[Any]:
        """Begin a run."""
        return self.runner.stream(
            self.agent,
            prompt,
            session=session,
            model=self.model,
            limits=self.limits,
            cancel=cancel,
            tree=tree,
        )


def prepare(choices: Choices) -> Launch:
    """Read the settings and make the agent; say on stderr what a user should know.

    Raises:
        AgentSDKError: Something in the options or the settings cannot be used.
    """
    if choices.preset and choices.agent:
        raise InvalidInput("--preset and --agent exclude each other", hint="Choose one of them.")
    if choices.docs and choices.agent:
        raise InvalidInput("--docs is for presets", hint="Give your own agent a tool that searches.")
    limits = {f"limits.{name}": value for name, value in choices.limits.items()}
    loaded = load_settings({"model": choices.model, **limits})
    runner = Runner(make_services(loaded))
    agent = _agent(choices, loaded.values)
    model = choices.model or agent.model
    if isinstance(model, str | None):
        model = runner.services.models.resolve(model)
    if model.id == OFFLINE_MODEL and choices.model is None and agent.model is None:
        _say_offline(loaded.values)
    configured = default_limits(loaded.values)
    given = {name: getattr(configured, name) for name, value in loaded.values.limits if value is not None}
    return Launch(agent=agent, runner=runner, model=choices.model, limits=replace(agent.limits, **given))


def _say_offline(settings: Settings) -> None:
    if settings.model is not None:
        return
    say(OFFLINE_NOTICE)
    if settings.openai.base_url is not None:
        say(ADDRESS_NOTICE)


def _agent(choices: Choices, settings: Settings) -> Agent[Any, Any]:
    if choices.agent is not None:
        # As `python -m` does: what lies in the working directory can be imported.
        sys.path.insert(0, str(Path.cwd()))
        return load_agent(choices.agent)
    name = choices.preset or (PRESET_DEFAULT if choices.docs is None else PRESET_DEFAULT_WITH_DOCS)
    built = build_preset(name, settings, docs=choices.docs)
    if choices.docs is not None and not load_preset(name).searches_documents:
        say(f"{name} searches no documents: --docs does nothing for it. {PRESET_DEFAULT_WITH_DOCS} does.")
    if built.ingested is not None:
        _say_ingested(built.ingested, choices.docs)
    return built.agent


def _say_ingested(ingested: Ingested, docs: Path | None) -> None:
    if docs is None:
        say("No --docs given: searching a short guide to agent-sdk. Your own: --docs DIR")
        return
    say(f"{len(ingested.documents)} documents in {docs}, {len(ingested.chunks)} passages")
    for skipped in ingested.skipped[:SKIPPED_SHOWN_MAX_COUNT]:
        say(f"  left out {skipped.path}: {skipped.reason}")
    if len(ingested.skipped) > SKIPPED_SHOWN_MAX_COUNT:
        say(f"  and {len(ingested.skipped) - SKIPPED_SHOWN_MAX_COUNT} more files")
