import enum
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, field_serializer, field_validator
from typing_extensions import TypedDict

from agent_sdk import Agent, ModelRetry, ModelSettings, NativeOutput, PromptedOutput, ToolOutput
from agent_sdk.contracts.errors import DefinitionError, OutputInvalid, RunFailed
from agent_sdk.ports.llm import ModelProfile
from agent_sdk.testing import ModelStep, ScriptedModel, call, fake_tool
from agent_sdk.testing.scripted_model import ToolUse
from tests.unit.runtime.kit import fail, finish, of, runner, told, types, watch

PLAIN = ModelProfile(native_output=False)


class Ticket(BaseModel):
    """A ticket."""

    title: str
    urgency: int = Field(ge=1, le=5)

    @field_validator("title")
    @classmethod
    def no_shouting(cls, title: str) -> str:
        if title.isupper():
            raise ValueError("do not shout")
        return title


@dataclass
class Point:
    x: int
    y: int


class Row(TypedDict):
    name: str


class Node(BaseModel):
    value: int
    children: list["Node"] = []


class Colour(enum.Enum):
    RED = "red"


TICKET = '{"title": "Printer", "urgency": 2}'


async def test_native_output_is_asked_for_where_the_model_has_it_and_no_tools_are_in_the_way() -> None:
    model = ScriptedModel([TICKET])
    result = await finish(runner(model).run(Agent("a", output_type=Ticket), "go"))
    assert result.output == Ticket(title="Printer", urgency=2)
    asked = model.requests[0].output
    assert asked is not None
    assert (asked.name, asked.description) == ("Ticket", "A ticket.")
    assert asked.schema["additionalProperties"] is False
    assert of(result.events, "run.completed")[0]["output"] == {"title": "Printer", "urgency": 2}


async def test_a_hidden_tool_is_the_way_beside_tools_and_for_models_without_native_output() -> None:
    for agent, profile in (
        (Agent("a", output_type=Ticket, tools=[fake_tool("look")]), ModelProfile(native_output=True)),
        (Agent("a", output_type=Ticket), PLAIN),
        (Agent("a", output_type=ToolOutput(Ticket)), ModelProfile(native_output=True)),
    ):
        model = ScriptedModel(
            [ModelStep(calls=(ToolUse(name="final_answer", arguments=TICKET),))], profile=profile
        )
        events, result = await watch(runner(model).stream(agent, "go"))
        assert result.output == Ticket(title="Printer", urgency=2)
        assert not [kind for kind in types(events) if kind.startswith("tool.")]
        assert model.requests[0].tools[-1].name == "final_answer"
        assert model.requests[0].settings.tool_choice == "required"
        assert model.requests[0].output is None
        assert told(result.messages) == ["The answer was accepted."]


async def test_a_call_is_not_demanded_where_the_model_cannot_or_the_agent_says_otherwise() -> None:
    answer = ModelStep(calls=(ToolUse(name="final_answer", arguments=TICKET),))
    for profile, settings, choice in (
        (ModelProfile(forced_tool_choice=False), None, None),
        (PLAIN, ModelSettings(tool_choice="auto"), "auto"),
    ):
        model = ScriptedModel([answer], profile=profile)
        await finish(runner(model).run(Agent("a", output_type=Ticket, settings=settings), "go"))
        assert model.requests[0].settings.tool_choice == choice


@pytest.mark.parametrize("text", [TICKET, f"```json\n{TICKET}\n```", f"```\n{TICKET}```", f"  {TICKET}\n"])
async def test_prompted_output_is_asked_for_in_the_instructions_and_read_out_of_a_fence(text: str) -> None:
    model = ScriptedModel([text])
    agent = Agent("a", instructions="Be kind.", output_type=PromptedOutput(Ticket))
    result = await finish(runner(model).run(agent, "go"))
    assert result.output.urgency == 2
    instructions = model.requests[0].instructions
    assert instructions.startswith("Be kind.\n\n")
    assert json.loads(instructions.splitlines()[-1])["required"] == ["title", "urgency"]
    assert (model.requests[0].output, model.requests[0].tools) == (None, ())


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Point, '{"x": 1, "y": 2}', Point(1, 2)),
        (Row, '{"name": "n"}', {"name": "n"}),
        (dict[str, int], '{"a": 1}', {"a": 1}),
        (list[int], '{"value": [1, 2]}', [1, 2]),
        (int, '{"value": 7}', 7),
        (bool, '{"value": false}', False),
        (Ticket | Point, '{"value": {"x": 1, "y": 2}}', Point(1, 2)),
        (Literal["yes", "no"], '{"value": "no"}', "no"),
        (Annotated[int, Field(gt=3)], '{"value": 4}', 4),
        (Node, '{"value": 1, "children": [{"value": 2}]}', Node(value=1, children=[Node(value=2)])),
        (Colour, '{"value": "red"}', Colour.RED),
    ],
)
async def test_any_type_with_a_json_schema_is_an_output_type(kind: Any, text: str, value: object) -> None:
    model = ScriptedModel([text])
    agent = Agent("a", output_type=NativeOutput(kind))
    result = await finish(runner(model).run(agent, "go"))
    assert result.output == value
    assert model.requests[0].output is not None
    schema = model.requests[0].output.schema
    assert schema["type"] == "object"
    assert "$ref" not in schema
    assert model.requests[0].output.name.replace("_", "").isalnum()


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        ('{"title": "x", "urgency": 9}', "urgency"),
        ('{"title": "LOUD", "urgency": 1}', "do not shout"),
        ("not json", "Invalid JSON"),
        ("[" * 3000, "recursion"),
    ],
)
async def test_an_answer_that_does_not_fit_goes_back_with_the_reason_a_bounded_number_of_times(
    bad: str, where: str
) -> None:
    model = ScriptedModel([bad, TICKET])
    result = await finish(runner(model).run(Agent("a", output_type=Ticket), "go"))
    assert result.output.title == "Printer"
    assert where in model.requests[1].messages[-1].text
    error = await fail(
        runner(ScriptedModel([bad] * 2)).run(Agent("a", output_type=Ticket, output_retries_max=1), "go")
    )
    assert isinstance(error, OutputInvalid)
    assert error.hint


async def test_a_hidden_call_that_does_not_fit_is_answered_with_the_reason() -> None:
    model = ScriptedModel(
        [call("final_answer", title="x"), call("final_answer", title="x", urgency=1)], profile=PLAIN
    )
    result = await finish(runner(model).run(Agent("a", output_type=Ticket), "go"))
    assert result.output.urgency == 1
    assert "urgency" in told(model.requests[1].messages)[0]


async def test_text_instead_of_the_hidden_call_is_read_if_it_fits() -> None:
    model = ScriptedModel(["hm", TICKET], profile=PLAIN)
    result = await finish(runner(model).run(Agent("a", output_type=Ticket), "go"))
    assert result.output.urgency == 2


async def test_tools_and_the_answer_may_come_in_one_message() -> None:
    look = fake_tool("look", 1)
    answer = ToolUse(name="final_answer", arguments=TICKET)
    model = ScriptedModel([ModelStep(calls=(answer, call("look"))), "and then?"])
    engine = runner(model)
    result = await finish(engine.run(Agent("a", output_type=Ticket, tools=[look]), "go", session="s"))
    assert look.calls == [{}]
    assert isinstance(result.output, Ticket)
    await finish(engine.run(Agent("b"), "next", session="s"))
    assert told(model.requests[1].messages) == ["The answer was accepted.", "1"]


async def test_a_validator_may_ask_the_model_again() -> None:
    class Even(BaseModel):
        number: int

        @field_validator("number")
        @classmethod
        def even(cls, number: int) -> int:
            if number % 2:
                raise ModelRetry("I want an even number.")
            return number

    model = ScriptedModel(['{"number": 1}', '{"number": 2}'])
    result = await finish(runner(model).run(Agent("a", output_type=Even), "go"))
    assert result.output.number == 2
    assert model.requests[1].messages[-1].text == "I want an even number."


async def test_an_output_that_cannot_be_written_fails_the_run_and_not_its_journal() -> None:
    class Sulky(BaseModel):
        x: int

        @field_serializer("x")
        def refuse(self, value: int) -> int:
            raise RuntimeError("no")

    error = await fail(runner(ScriptedModel(['{"x": 1}'])).run(Agent("a", output_type=Sulky), "go"))
    assert isinstance(error, RunFailed)


class NoSchema:
    pass


@pytest.mark.parametrize("kind", [NoSchema, Callable[[int], int], list["Unknown"]])  # noqa: F821  # pyright: ignore[reportUndefinedVariable]
async def test_a_type_without_schema_is_a_definition_error_before_the_run_begins(kind: Any) -> None:
    with pytest.raises(DefinitionError, match="output type") as caught:
        await runner(ScriptedModel([])).run(Agent("a", output_type=kind), "go")
    assert caught.value.hint
    with pytest.raises(DefinitionError):
        await runner(ScriptedModel([])).run(Agent("b", handoffs=[Agent("a", output_type=kind)]), "go")
