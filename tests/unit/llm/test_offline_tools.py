"""Which tools the offline model asks for, and what it makes of their results."""

import pytest

from agent_sdk.contracts.messages import CitationPart, ToolCallPart
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.ports.llm import ModelSettings
from tests.unit.llm.offline_kit import (
    ANALYST,
    CALCULATOR,
    FETCH,
    READ,
    RESEARCHER,
    SEARCH,
    TIME,
    TOOLS,
    WRITE,
    Talk,
    clock,
    spec,
)

TEXT = "Shipping is free of charge.\nRefunds are paid within 14 days. Gift cards are not refunded."
TEXT_START = 100
GUIDE = {
    "chunk_id": "guide.md#2",
    "document": "guide.md",
    "title": "Refunds",
    "text": TEXT,
    "start": TEXT_START,
    "end": 190,
    "score": 0.5,
}


async def test_two_independent_questions_become_two_parallel_calls_and_one_answer() -> None:
    talk = Talk(tools=TOOLS, answers={"calculator": lambda _: "391", "time": clock})
    answer = await talk.say("What is 17 * 23, and what time is it in Tokyo?")
    assert talk.steps == [[("calculator", {"expression": "17 * 23"}), ("time", {"timezone": "Asia/Tokyo"})]]
    assert "391" in answer
    assert "19:05" in answer


async def test_calls_go_one_by_one_where_parallel_calls_are_switched_off() -> None:
    talk = Talk(
        tools=TOOLS,
        answers={"calculator": lambda _: "391", "time": clock},
        settings=ModelSettings(parallel_tool_calls=False),
    )
    answer = await talk.say("What is 17 * 23, and what time is it in Tokyo?")
    assert [[name for name, _ in step] for step in talk.steps] == [["calculator"], ["time"]]
    assert "391" in answer
    assert "19:05" in answer


@pytest.mark.parametrize(
    ("prompt", "expression"),
    [
        ("17*23", "17*23"),
        ("What is (2+3)*4?", "(2+3)*4"),
        ("what is 15% of 80?", "80 * 15 / 100"),
        ("2^10", "2 ** 10"),
        ("the square root of 144", "sqrt(144)"),
        ("1,234 + 5", "1234 + 5"),
        ("How much is 12 squared?", "12 ** 2"),
        ("multiply 6 by 7", "6 * 7"),
        ("subtract 3 from 10", "10 - 3"),
        ("What is 3 plus 4 times 5?", "3 + 4 * 5"),
        ("Compute (as always) 17 x 23", "17 * 23"),
        ("(Is it (3 + 4) * 2?)", "(3 + 4) * 2"),
        ("max(1, 2) * 3", "max(1, 2) * 3"),
        ("5 - -3", "5 - -3"),
    ],
)
async def test_arithmetic_in_many_notations_reaches_the_calculator(prompt: str, expression: str) -> None:
    talk = Talk(tools=(CALCULATOR,))
    await talk.say(prompt)
    assert talk.steps == [[("calculator", {"expression": expression})]]


@pytest.mark.parametrize(
    "prompt",
    [
        "The meeting is on 2026-11-22 at 3.",
        "Install version 1.2.3-4.",
        "Call +49 171 1234567.",
        "Write 3-5 sentences.",
        "From 9 to 5",
        "(1 + (2",
    ],
)
async def test_dates_versions_numbers_and_ranges_are_no_arithmetic(prompt: str) -> None:
    talk = Talk(tools=(CALCULATOR,))
    await talk.say(prompt)
    assert talk.steps == []


@pytest.mark.parametrize(
    ("prompt", "zones"),
    [
        ("What time is it in New York and London?", ["America/New_York", "Europe/London"]),
        ("What's the time in New Delhi?", ["Asia/Kolkata"]),
        ("current time in Europe/Kyiv", ["Europe/Kyiv"]),
        ("What time is it?", ["UTC"]),
        ("What is today's date in Japan?", ["Asia/Tokyo"]),
    ],
)
async def test_places_become_time_zones(prompt: str, zones: list[str]) -> None:
    talk = Talk(tools=(TIME,), answers={"time": clock})
    await talk.say(prompt)
    assert [args["timezone"] for step in talk.steps for _, args in step] == zones


async def test_a_follow_up_that_names_only_a_place_asks_for_the_time_again() -> None:
    talk = Talk(tools=(TIME,), answers={"time": clock})
    await talk.say("What time is it in Tokyo?")
    await talk.say("And in Paris?")
    assert talk.steps == [[("time", {"timezone": "Europe/Paris"})]]


async def test_a_time_that_is_no_moment_is_quoted_as_it_came() -> None:
    talk = Talk(tools=(TIME,), answers={"time": lambda _: "half past Tuesday"})
    assert "half past Tuesday" in await talk.say("What time is it in Tokyo?")


async def test_a_path_is_read_and_its_text_quoted() -> None:
    talk = Talk(tools=TOOLS, answers={"filesystem.read": lambda _: {"content": "Dear diary"}})
    assert "Dear diary" in await talk.say("Read notes/today.txt please.")
    assert talk.steps == [[("filesystem.read", {"path": "notes/today.txt"})]]


async def test_a_summary_is_the_beginning_of_the_text() -> None:
    talk = Talk(tools=TOOLS, answers={"filesystem.read": lambda _: "One. Two. Three. Four. Five."})
    answer = await talk.say("Summarise notes.txt")
    assert "One. Two. Three." in answer
    assert "Five" not in answer


async def test_an_empty_file_is_called_empty() -> None:
    talk = Talk(tools=(READ,), answers={"filesystem.read": lambda _: ""})
    assert "notes.txt is empty" in await talk.say("Read notes.txt")


@pytest.mark.parametrize(
    ("prompt", "content"),
    [
        ('Write "Hello, world" to notes/a.txt', "Hello, world"),
        ("Save hello to notes/a.txt", "hello"),
        ("Create a file notes/a.txt with the text `let there be light`", "let there be light"),
        ("Write the file notes/a.txt saying it works", "it works"),
    ],
)
async def test_an_order_to_write_names_content_and_path(prompt: str, content: str) -> None:
    talk = Talk(tools=TOOLS)
    answer = await talk.say(prompt)
    assert talk.steps == [[("filesystem.write", {"path": "notes/a.txt", "content": content})]]
    assert content in answer


async def test_what_uses_a_result_waits_for_it() -> None:
    talk = Talk(tools=TOOLS, answers={"calculator": lambda _: {"result": "42"}})
    answer = await talk.say("Compute 6*7 and save it to out.txt")
    assert talk.steps == [
        [("calculator", {"expression": "6*7"})],
        [("filesystem.write", {"path": "out.txt", "content": "42"})],
    ]
    assert "I wrote “42”" in answer


async def test_nothing_is_written_when_the_result_it_should_hold_is_missing() -> None:
    talk = Talk(tools=TOOLS, answers={"calculator": lambda _: "division by zero"}, outcome="failed")
    answer = await talk.say("Compute 1/0 and save it to out.txt")
    assert [name for step in talk.steps for name, _ in step] == ["calculator"]
    assert "calculator failed: division by zero" in answer


async def test_a_url_is_fetched_and_its_text_quoted_without_tags() -> None:
    page = "<html><head><title>A page</title></head><body><script>x()</script><p>Good <b>news</b></p></body></html>"
    talk = Talk(tools=TOOLS, answers={"http.fetch": lambda _: {"status": 200, "body": page}})
    answer = await talk.say("What is on https://example.com/news?")
    assert talk.steps == [[("http.fetch", {"url": "https://example.com/news"})]]
    assert "A page" in answer
    assert "Good news" in answer
    assert "x()" not in answer


async def test_fetch_and_summarise_it_is_one_order() -> None:
    talk = Talk(tools=(FETCH,), answers={"http.fetch": lambda _: "One. Two. Three. Four."})
    answer = await talk.say("Fetch https://example.com/ and summarise it.")
    assert len(talk.steps) == 1
    assert "Three." in answer
    assert "Four." not in answer


async def test_a_page_without_text_is_said_to_have_none() -> None:
    talk = Talk(tools=(FETCH,), answers={"http.fetch": lambda _: "<p></p>"})
    assert "has no text" in await talk.say("Fetch https://example.com/")


async def test_a_page_that_is_not_there_is_said_not_to_be() -> None:
    talk = Talk(tools=(FETCH,), answers={"http.fetch": lambda _: {"status": 404, "text": "Nothing here"}})
    assert "(status 404) says:\n\nNothing here" in await talk.say("Fetch https://example.com/gone")


async def test_a_question_over_documents_is_answered_with_a_sentence_and_its_place() -> None:
    talk = Talk(tools=(SEARCH,), answers={"vector.search": lambda _: [GUIDE]})
    answer = await talk.say("How long do refunds take?")
    assert talk.steps == [[("vector.search", {"query": "How long do refunds take?"})]]
    assert "Refunds are paid within 14 days. [1]" in answer
    assert "[1] guide.md, Refunds" in answer
    cited = [part for part in talk.parts if isinstance(part, CitationPart)]
    assert cited[0].chunk_id == "guide.md#2"
    for citation in cited:
        assert TEXT[citation.start - TEXT_START : citation.end - TEXT_START] == citation.quote


async def test_documents_that_do_not_answer_are_not_made_to() -> None:
    talk = Talk(tools=(SEARCH,), answers={"vector.search": lambda _: {"matches": [GUIDE]}})
    answer = await talk.say("Who painted the Mona Lisa?")
    assert "found nothing" in answer
    assert not any(isinstance(part, CitationPart) for part in talk.parts)


async def test_a_search_without_matches_says_so() -> None:
    talk = Talk(tools=(SEARCH,), answers={"vector.search": lambda _: []})
    assert "returned nothing" in await talk.say("How long do refunds take?")


async def test_a_coordinator_gives_each_specialist_its_questions() -> None:
    talk = Talk(
        tools=(RESEARCHER, ANALYST),
        answers={"analyst": lambda _: "17 * 23 = 391", "researcher": lambda _: "Within 14 days."},
    )
    answer = await talk.say("What is 17 * 23, what time is it in Tokyo, and how long do refunds take?")
    assert talk.steps == [
        [
            ("analyst", {"input": "What is 17 * 23? what time is it in Tokyo?"}),
            ("researcher", {"input": "how long do refunds take?"}),
        ]
    ]
    assert "391" in answer
    assert "Within 14 days." in answer


async def test_a_greeting_is_not_delegated() -> None:
    talk = Talk(tools=(RESEARCHER, ANALYST))
    await talk.say("Hello!")
    assert talk.steps == []


async def test_own_tools_come_before_specialists() -> None:
    talk = Talk(tools=(CALCULATOR, ANALYST))
    await talk.say("What is 2 + 2?")
    assert talk.steps == [[("calculator", {"expression": "2 + 2"})]]


async def test_a_handoff_goes_alone_and_only_once() -> None:
    billing = spec(
        "transfer_to_billing", "Hand over to the agent billing. Invoices and refunds.", reason="string"
    )
    talk = Talk(tools=(CALCULATOR, billing), answers={"calculator": lambda _: "4"})
    answer = await talk.say("I want a refund. What is 2 + 2?")
    assert [[name for name, _ in step] for step in talk.steps] == [["transfer_to_billing"], ["calculator"]]
    assert "4" in answer


async def test_a_tool_of_the_users_own_is_found_by_its_name() -> None:
    weather = spec("get_weather", city="string")
    talk = Talk(tools=(weather,), answers={"get_weather": lambda args: f"Sunny in {args['city']}"})
    assert "Sunny in Paris" in await talk.say("What's the weather in Paris?")


async def test_arguments_of_an_unknown_tool_come_from_the_words_of_the_prompt() -> None:
    order = ToolSpec(
        name="place_order",
        description="Order.",
        parameters={
            "type": "object",
            "properties": {
                "item": {"type": "string"},
                "count": {"type": "integer"},
                "price": {"type": "number"},
                "speed": {"type": "string", "enum": ["slow", "fast"]},
                "zone": {"type": "string"},
                "gift": {"type": "boolean"},
                "notes": {"type": "array"},
            },
            "required": ["item", "count"],
        },
    )
    talk = Talk(tools=(order,))
    await talk.say('Place an order of "tea" with count = 3 and price 4.5, fast, to Tokyo')
    assert talk.steps == [
        [("place_order", {"item": "tea", "count": 3, "price": 4.5, "speed": "fast", "zone": "Asia/Tokyo"})]
    ]


async def test_a_tool_whose_arguments_the_prompt_does_not_give_is_not_called() -> None:
    talk = Talk(tools=(spec("roll_dice", sides="integer"),))
    await talk.say("Roll the dice!")
    assert talk.steps == []


@pytest.mark.parametrize("choice", ["required", "pick_color"])
async def test_a_forced_tool_is_called_even_if_no_rule_asks_for_it(choice: str) -> None:
    talk = Talk(tools=(READ, spec("pick_color", color="string")), settings=ModelSettings(tool_choice=choice))
    await talk.say('I like "green"')
    assert talk.steps == [
        [("filesystem.read" if choice == "required" else "pick_color", talk.steps[0][0][1])]
    ]
    assert "green" in talk.steps[0][0][1].values()


async def test_no_tool_is_called_where_tools_are_switched_off() -> None:
    talk = Talk(tools=TOOLS, settings=ModelSettings(tool_choice="none"))
    await talk.say("What is 2 + 2?")
    assert talk.steps == []


async def test_a_denied_call_is_admitted_with_its_reason() -> None:
    talk = Talk(tools=(WRITE,), answers={"filesystem.write": lambda _: "not on my disk"}, outcome="denied")
    answer = await talk.say("Write hello to a.txt")
    assert "denied" in answer
    assert "not on my disk" in answer


async def test_a_call_that_was_cut_off_has_no_result_to_tell() -> None:
    talk = Talk(tools=(CALCULATOR,), outcome="interrupted")
    assert "did not finish (interrupted)" in await talk.say("2 + 2")


async def test_a_need_without_a_tool_is_named() -> None:
    talk = Talk()
    answer = await talk.say("What is 17 * 23?")
    assert talk.steps == []
    assert "`calculator`" in answer


async def test_calls_of_one_answer_have_ids_of_their_own() -> None:
    talk = Talk(tools=TOOLS)
    await talk.say("What is 2 + 2 and 3 + 3?")
    calls = [part for message in talk.messages for part in message.parts if isinstance(part, ToolCallPart)]
    assert len({call.tool_call_id for call in calls}) == 2
