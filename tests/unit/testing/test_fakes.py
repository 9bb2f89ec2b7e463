import asyncio
from datetime import timedelta

import pytest

import agent_sdk.testing
from agent_sdk.contracts.errors import ToolResultInvalid, UnknownModel
from agent_sdk.contracts.ids import parse_id
from agent_sdk.contracts.messages import ImagePart
from agent_sdk.contracts.signals import ModelRetry
from agent_sdk.ports.tool import ToolOutput
from agent_sdk.testing import FakeChance, FakeClock, FakeIds, ScriptedModel, fake_services, fake_tool
from agent_sdk.testing.fakes import START, FakeTool


async def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = FakeClock()
    assert (clock.now(), clock.monotonic()) == (START, 0)
    clock.advance(1.5)
    await clock.sleep(2)
    assert (clock.now(), clock.monotonic()) == (START + timedelta(seconds=3.5), 3.5)
    assert clock.slept == [2]


async def test_sleeping_on_the_fake_clock_lets_others_run() -> None:
    done: list[str] = []

    async def other() -> None:
        done.append("other")

    task = asyncio.create_task(other())
    await FakeClock().sleep(3600)
    assert done == ["other"]
    await task


def test_a_jump_of_the_wall_clock_does_not_move_the_monotonic_one() -> None:
    clock = FakeClock()
    clock.jump(-60)
    assert (clock.now(), clock.monotonic()) == (START - timedelta(seconds=60), 0)


def test_ids_count_over_all_prefixes() -> None:
    ids = FakeIds()
    assert ids.new("run") == "run_00000000000000000000000001"
    assert ids.new("evt") == "evt_00000000000000000000000002"
    assert parse_id(ids.new("msg")) == ("msg", 0)


def test_chance_repeats_the_numbers_it_was_given() -> None:
    chance = FakeChance([0.1, 0.9])
    assert [chance.random() for _ in range(3)] == [0.1, 0.9, 0.1]
    assert FakeChance().random() == 0.5


def test_models_are_resolved_by_id_and_the_first_is_the_default() -> None:
    one, two = ScriptedModel([], id="a:1"), ScriptedModel([], id="b:2")
    models = fake_services(one, two).models
    assert models.resolve(None) is one
    assert models.resolve("b:2") is two


@pytest.mark.parametrize("wanted", ["c:3", None])
def test_a_model_that_the_test_does_not_have_is_refused_as_the_port_says(wanted: str | None) -> None:
    with pytest.raises(UnknownModel, match="this test has no model") as refused:
        fake_services().models.resolve(wanted)
    assert refused.value.hint == "fake_services was given: none."


def test_services_take_a_clock_that_the_test_owns() -> None:
    clock = FakeClock()
    assert fake_services(clock=clock).clock is clock


async def call(tool: FakeTool, **args: object) -> ToolOutput:
    # A fake looks at no context, so it needs none.
    return await tool.call(None, args)  # pyright: ignore[reportArgumentType]


async def test_a_fake_tool_answers_in_turn_and_then_with_the_last_result() -> None:
    tool = fake_tool("t", 1, {"a": [2]}, "three")
    assert [(await call(tool, n=n)).value for n in range(4)] == [1, {"a": [2]}, "three", "three"]
    assert tool.calls == [{"n": 0}, {"n": 1}, {"n": 2}, {"n": 3}]


async def test_a_fake_tool_without_results_returns_nothing() -> None:
    assert (await call(fake_tool("t"))).value is None


async def test_a_fake_tool_raises_the_exceptions_among_its_results() -> None:
    tool = fake_tool("t", ModelRetry("again"), "fine")
    with pytest.raises(ModelRetry, match="again"):
        await call(tool)
    assert (await call(tool)).content == "fine"


async def test_a_fake_result_becomes_output_as_a_real_one_does() -> None:
    image = ImagePart(data=b"x")
    assert (await call(fake_tool("t", image))).attachments == (image,)
    with pytest.raises(ToolResultInvalid):
        await call(fake_tool("t", float("nan")))


def test_a_fake_tool_declares_what_it_is_told() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    spec = fake_tool("t", parameters=schema, effects="write", needs_approval=True).spec
    assert (spec.name, spec.parameters, spec.effects, spec.needs_approval) == ("t", schema, "write", True)
    assert fake_tool("t").spec.effects == "read"


def test_the_package_offers_what_it_lists_and_nothing_else() -> None:
    for name in agent_sdk.testing.__all__:
        assert getattr(agent_sdk.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        agent_sdk.testing.nothing  # noqa: B018
