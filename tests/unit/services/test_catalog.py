"""The catalog: agents by name, and what they are made of."""

from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from agent_sdk import Agent, RunContext, tool
from agent_sdk.bootstrap import build_preset
from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import DefinitionError, MissingKey
from agent_sdk.contracts.platform_errors import NotFound, PermissionRefused
from agent_sdk.contracts.scope import LOCAL, Scope
from agent_sdk.ports.llm import Model, ModelProfile
from agent_sdk.presets import load_preset, preset_names
from agent_sdk.services.catalog import Catalog, Offer
from agent_sdk.settings import Settings
from agent_sdk.testing import ScriptedModel
from agent_sdk.testing.fakes import FakeModels, fake_tool


class Ticket(BaseModel):
    title: str


@dataclass
class Deps:
    user: str


class Connection:
    """What no JSON can say."""


class Keyless:
    """Resolves nothing: no key is set."""

    def resolve(self, model_id: str | None) -> Model:
        raise MissingKey


def catalog(*agents: Agent[Any, Any], default_model: str = "scripted:model") -> Catalog:
    offers = [Offer(agent=agent) for agent in agents]
    return Catalog(
        offers, models=FakeModels({"scripted:model": ScriptedModel([])}), default_model=default_model
    )


def preset_catalog() -> Catalog:
    offers = [
        Offer(agent=build_preset(name, Settings()).agent, preset=load_preset(name)) for name in preset_names()
    ]
    return Catalog(
        offers, models=Keyless(), default_model="offline:demo", providers=("anthropic", "offline", "openai")
    )


def test_an_agent_is_found_by_its_name() -> None:
    support = Agent("support", model="scripted:model")
    assert catalog(support, Agent("billing")).resolve("support") is support


def test_an_unknown_name_is_not_found_and_the_nearest_is_named() -> None:
    with pytest.raises(NotFound) as missed:
        catalog(Agent("support"), Agent("billing")).resolve("suport")
    assert missed.value.hint == "Did you mean support?"
    with pytest.raises(NotFound) as missed:
        catalog(Agent("support")).resolve("x")
    assert missed.value.hint == "Agents of this server: support."


def test_two_agents_of_one_name_are_refused() -> None:
    with pytest.raises(DefinitionError, match="two agents are named 'a'"):
        catalog(Agent("a"), Agent("a"))


def test_an_agent_that_could_not_run_is_refused_at_the_start() -> None:
    twice = [fake_tool("same"), fake_tool("same")]
    with pytest.raises(DefinitionError):
        catalog(Agent("a", tools=twice))


def test_an_agent_is_listed_with_all_that_a_caller_has_to_know() -> None:
    billing = Agent("billing", model="scripted:model")
    agent = Agent(
        "support",
        description="Helps.",
        tools=[fake_tool("lookup")],
        handoffs=[billing],
        deps_type=Deps,
        output_type=Ticket,
    )
    (info,) = catalog(agent).agents(LOCAL)
    assert (info.name, info.description, info.model) == ("support", "Helps.", "scripted:model")
    assert (info.tools, info.handoffs, info.preset) == (("lookup",), ("billing",), None)
    assert info.deps_schema is not None
    assert info.deps_schema["properties"]["user"]["type"] == "string"
    assert info.output_schema is not None
    assert info.output_schema["properties"]["title"]["type"] == "string"
    assert info.version == agent.version


def test_deps_that_json_cannot_say_have_no_schema() -> None:
    (info,) = catalog(Agent("a", deps_type=Connection)).agents(LOCAL)
    assert info.deps_schema is None


def test_the_presets_are_offered_under_their_names() -> None:
    presets = preset_catalog()
    assert [each.name for each in presets.presets(LOCAL)] == list(preset_names())
    assert [each.preset for each in presets.agents(LOCAL)] == list(preset_names())
    assert presets.resolve("assistant_tools").name == "assistant_tools"
    assert encode(presets.presets(LOCAL))
    assert encode(presets.tools(LOCAL))


def test_a_tool_of_several_agents_is_listed_once_with_its_agents() -> None:
    shared = fake_tool("lookup", effects="external", needs_approval=True)
    hidden = Agent("hidden", tools=[fake_tool("deep")])
    (deep, info) = catalog(Agent("b", tools=[shared], handoffs=[hidden]), Agent("a", tools=[shared])).tools(
        LOCAL
    )
    assert (info.name, info.agents, info.effects, info.needs_approval) == (
        "lookup",
        ("a", "b"),
        "external",
        True,
    )
    assert (deep.name, deep.agents) == ("deep", ("hidden",))


def test_two_tools_of_one_name_are_both_listed() -> None:
    first = fake_tool("lookup", parameters={"type": "object", "title": "first"})
    second = fake_tool("lookup", parameters={"type": "object", "title": "second"})
    found = catalog(Agent("a", tools=[first]), Agent("b", tools=[second])).tools(LOCAL)
    assert [(each.name, each.agents) for each in found] == [("lookup", ("a",)), ("lookup", ("b",))]


def test_models_are_those_that_are_named_and_none_is_made_up() -> None:
    own = ScriptedModel([], id="own:model", profile=ModelProfile(priced=True, context_window_tokens=9))
    found = catalog(Agent("a", model=own), Agent("b", model="nobody:knows"), Agent("c")).models(LOCAL)
    assert [(each.id, each.provider, each.default, each.available) for each in found] == [
        ("scripted:model", "scripted", True, True),
        ("own:model", "own", False, True),
        ("nobody:knows", "nobody", False, False),
    ]
    assert (found[1].priced, found[1].context_window_tokens) == (True, 9)


def test_a_model_whose_key_is_missing_is_listed_as_unavailable() -> None:
    (model,) = preset_catalog().models(LOCAL)
    assert (model.id, model.default, model.available, model.priced) == ("offline:demo", True, False, False)


def test_nothing_is_listed_for_whoever_may_not_read() -> None:
    nobody = Scope(org_id=LOCAL.org_id, grants=frozenset())
    listed = catalog(Agent("a"))
    for each in (listed.agents, listed.presets, listed.tools, listed.models):
        with pytest.raises(PermissionRefused):
            each(nobody)


def changed(**more: Any) -> Agent[Any, Any]:
    about: dict[str, Any] = {
        "model": "scripted:model",
        "instructions": "Be brief.",
        "tools": [lookup],
        **more,
    }
    return Agent(about.pop("name", "support"), **about)


@tool
def lookup(order_id: int) -> str:
    """Look an order up."""
    return str(order_id)


@tool(name="lookup")
def lookup_by_text(order_id: str) -> str:
    """Look an order up."""
    return order_id


def briefly(ctx: RunContext[Any]) -> str:
    return "Be brief."


@pytest.mark.parametrize(
    "more",
    [
        {"name": "billing"},
        {"instructions": "Be long."},
        {"instructions": briefly},
        {"tools": [lookup_by_text]},
        {"tools": []},
        {"model": "scripted:other"},
        {"model": None},
        {"output_type": Ticket},
    ],
    ids=lambda more: next(iter(more)),
)
def test_the_version_changes_with_what_an_agent_answers_by(more: dict[str, Any]) -> None:
    assert changed(**more).version != changed().version


def test_the_version_of_the_same_definition_is_the_same() -> None:
    assert changed().version == changed(description="Other words for people.").version
    assert changed(instructions=briefly).version == changed(instructions=briefly).version
