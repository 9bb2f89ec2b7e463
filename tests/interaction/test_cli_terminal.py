"""`agent-sdk` on a terminal: what a person sees, and what their keys do."""

import re
from pathlib import Path

import pytest

from agent_sdk.cli.text import cells
from tests.interaction.cli_kit import Terminal, write_agents

TOKYO = "What is 17 * 23, and what time is it in Tokyo?"
SLOW = "5000"
DIM = "\x1b[2;3m"


def test_a_run_shows_thoughts_cards_text_and_what_it_took(tmp_path: Path) -> None:
    with Terminal(tmp_path, "run", TOKYO) as terminal:
        assert terminal.end() == 0
    seen = terminal.seen
    order = (
        DIM,
        '▸ calculator(expression="17 * 23")',
        '✓ calculator(expression="17 * 23") → 391',
        "17 * 23 = 391",
        "2 steps · 2 tools · ",
    )
    places = [seen.index(text) for text in order]
    assert places == sorted(places)
    assert " ms" in seen
    assert " tokens · cost unknown · " in seen


def test_text_appears_while_the_answer_is_still_being_made(tmp_path: Path) -> None:
    with Terminal(tmp_path, "run", "Hello", AGENT_SDK_OFFLINE__TOKEN_DELAY_MS=SLOW) as terminal:
        terminal.read_until("No")
        assert "step" not in terminal.seen
        terminal.interrupt()
        assert terminal.end() == 130


def test_without_color_nothing_is_colored(tmp_path: Path) -> None:
    with Terminal(tmp_path, "run", TOKYO, NO_COLOR="1") as terminal:
        assert terminal.end() == 0
    assert "\x1b[3" not in terminal.seen
    assert "391" in terminal.seen


def test_what_specialists_do_is_indented_and_bears_their_name(tmp_path: Path) -> None:
    with Terminal(
        tmp_path, "run", "-p", "assistant_multiagent", "What is 17 * 23?", NO_COLOR="1"
    ) as terminal:
        assert terminal.end() == 0
    assert '▸ analyst(input="What is 17 * 23?")' in terminal.seen
    assert '    ✓ analyst calculator(expression="17 * 23") → 391' in terminal.seen


@pytest.mark.parametrize("columns", [110, 60])
def test_every_line_fits_the_terminal(tmp_path: Path, columns: int) -> None:
    question = "What is 17 * 23, and how do I search my own documents with agent-sdk?"
    arguments = ("run", "-p", "assistant_multiagent", "--session", "s", question)
    with Terminal(tmp_path, *arguments, COLUMNS=str(columns), NO_COLOR="1") as terminal:
        assert terminal.end() == 0
    seen = re.sub(r"\x1b\[[0-9;]*m", "", terminal.seen)
    lines = seen.split("\r\n")
    assert max(map(cells, lines)) <= columns
    assert any("…" in line and line.lstrip().startswith("✓") for line in lines)
    words = " ".join(seen.split())
    assert "For a real one set OPENAI_API_KEY or ANTHROPIC_API_KEY, or pass --model." in words
    assert "To search your own documents, pass a folder: `agent-sdk run --docs DIR" in words


def test_structured_output_is_shown_as_json(tmp_path: Path) -> None:
    write_agents(tmp_path)
    with Terminal(tmp_path, "run", "--agent", "agents:counter", "It is 5.", NO_COLOR="1") as terminal:
        assert terminal.end() == 0
    assert "\n5\r\n" in terminal.seen


@pytest.mark.parametrize(
    ("answer", "words"),
    [("y", "launch returned: Ariane is flying"), ("n", "denied: the user said no"), ("", "denied")],
)
def test_approval_is_asked_for_and_the_run_goes_on_either_way(
    tmp_path: Path, answer: str, words: str
) -> None:
    write_agents(tmp_path)
    with Terminal(tmp_path, "run", "--agent", "agents:pilot", 'Launch "Ariane"', NO_COLOR="1") as terminal:
        terminal.read_until('Allow launch?\r\n  rocket = "Ariane"\r\n[y/N] ')
        terminal.press(f"{answer}\n")
        assert terminal.end() == 0
    assert words in terminal.seen


def test_the_question_shows_all_that_is_decided_on_and_text_cannot_steer_the_terminal(tmp_path: Path) -> None:
    write_agents(tmp_path)
    with Terminal(tmp_path, "run", "--agent", "agents:teller", "Transfer!", NO_COLOR="1") as terminal:
        terminal.read_until(
            'Allow transfer?\r\n  amount = 5\r\n  to = "Eve\\u202e"\r\n  note = "' + "x" * 400 + '"\r\n[y/N] '
        )
        terminal.press("y\n")
        assert terminal.end() == 0
    assert "[2Jdone" in terminal.seen
    assert "\x1b[2J" not in terminal.seen
    assert "\u202e" not in terminal.seen


def test_ctrl_c_cancels_and_prints_what_was_done(tmp_path: Path) -> None:
    write_agents(tmp_path)
    with Terminal(
        tmp_path, "run", "--agent", "agents:staller", "Stall for 5 minutes", NO_COLOR="1"
    ) as terminal:
        terminal.read_until("▸ stall(minutes=5)")
        terminal.interrupt()
        assert terminal.end() == 130
    assert "✗ stall(minutes=5) canceled" in terminal.seen
    assert "canceled · 1 step · 1 tool · " in terminal.seen
    assert "Traceback" not in terminal.seen


def test_a_second_ctrl_c_leaves_at_once_what_will_not_end(tmp_path: Path) -> None:
    write_agents(tmp_path)
    with Terminal(tmp_path, "run", "--agent", "agents:clinger", "Cling!") as terminal:
        terminal.read_until("cling()")
        terminal.interrupt()
        terminal.read_until("canceling")
        terminal.interrupt()
        assert terminal.end() == 130


def test_chat_holds_one_session_over_many_prompts(tmp_path: Path) -> None:
    with Terminal(tmp_path, "chat", "-p", "assistant_basic", NO_COLOR="1") as terminal:
        terminal.read_until("> ")
        terminal.press("My name is Ada.\n")
        terminal.read_until("Nice to meet you, Ada.")
        terminal.read_until("> ")
        terminal.press("What is my name?\n")
        terminal.read_until("Your name is Ada.")
        terminal.read_until("> ")
        terminal.press("/clear\n")
        terminal.read_until("A new conversation.")
        terminal.press("What is my name?\n")
        terminal.read_until("You have not told me your name.")
        terminal.read_until("> ")
        terminal.press("/quit\n")
        assert terminal.end() == 0


def test_ctrl_c_in_a_chat_cancels_the_answer_and_a_second_one_leaves(tmp_path: Path) -> None:
    with Terminal(
        tmp_path, "chat", "-p", "assistant_basic", NO_COLOR="1", AGENT_SDK_OFFLINE__TOKEN_DELAY_MS=SLOW
    ) as terminal:
        terminal.read_until("> ")
        terminal.press("Hello\n")
        terminal.read_until("No")
        terminal.interrupt()
        terminal.read_until("canceled · ")
        terminal.read_until("> ")
        assert terminal.interrupt_at_prompt() == 130
    assert "Traceback" not in terminal.seen


def test_a_chat_ends_with_the_input(tmp_path: Path) -> None:
    with Terminal(tmp_path, "chat", NO_COLOR="1") as terminal:
        terminal.read_until("> ")
        terminal.press("/tools\n")
        terminal.read_until("calculator: ")
        terminal.read_until("> ")
        terminal.press("/help\n")
        terminal.read_until("/quit")
        terminal.read_until("> ")
        terminal.press("\x04")
        assert terminal.end() == 0


def test_a_run_without_a_prompt_does_not_wait_for_one(tmp_path: Path) -> None:
    with Terminal(tmp_path, "run") as terminal:
        assert terminal.end() == 2
    assert "there is no prompt" in terminal.seen
