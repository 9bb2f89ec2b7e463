"""`agent-sdk run` in a pipe: what goes to stdout, what to stderr, and which exit code says what."""

import fcntl
import signal
import subprocess
import sys
import termios
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.interaction.cli_kit import PATIENCE_S, Done, command, environment, run_cli, write_agents

TOKYO = "What is 17 * 23, and what time is it in Tokyo?"
PRESETS = ("assistant_basic", "assistant_tools", "assistant_rag", "assistant_multiagent")
PIPE_HALF_BYTES = 32 * 1024
"""Of what a pipe holds; what is written at once is far more than all of it."""
SLOW = {"AGENT_SDK_OFFLINE__TOKEN_DELAY_MS": "5000"}


def test_the_answer_alone_is_on_stdout_and_the_talk_on_stderr(tmp_path: Path) -> None:
    before = datetime.now(ZoneInfo("Asia/Tokyo"))
    done = run_cli(tmp_path, "run", "--preset", "assistant_tools", TOKYO)
    after = datetime.now(ZoneInfo("Asia/Tokyo"))
    first, second = done.out.splitlines()
    assert done.code == 0
    assert first == "17 * 23 = 391"
    assert any(f"{moment:%H:%M}" in second for moment in (before, after))
    assert '✓ calculator(expression="17 * 23") → 391' in done.err
    assert "2 steps · 2 tools · " in done.err
    assert "cost unknown" in done.err
    assert "\x1b" not in done.out + done.err


def test_the_offline_demo_says_what_it_is_and_how_to_get_a_real_model(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", "Hello")
    assert "no language model" in done.err
    assert "OPENAI_API_KEY" in done.err


def test_the_offline_demo_that_was_asked_for_needs_no_notice(tmp_path: Path) -> None:
    assert "OPENAI_API_KEY" not in run_cli(tmp_path, "run", "--model", "offline:demo", "Hello").err


@pytest.mark.parametrize("preset", PRESETS)
def test_with_json_stdout_holds_the_events_of_the_root_run_and_nothing_else(
    tmp_path: Path, preset: str
) -> None:
    done = run_cli(tmp_path, "run", "--preset", preset, "--json", f"{TOKYO} How do I use a real model?")
    events = done.events()
    assert done.code == 0
    assert events[-1].type == "run.completed"
    assert {event.depth for event in events} == {0}
    assert {event.agent for event in events} == {preset}
    assert len([event for event in events if event.type == "message.delta"]) > 1


def test_the_run_belongs_to_the_session_that_was_named(tmp_path: Path) -> None:
    events = run_cli(tmp_path, "run", "--json", "--session", "mine", "Hello").events()
    assert {event.session_id for event in events} == {"mine"}


@pytest.mark.parametrize("arguments", [("-",), ()])
def test_the_prompt_can_be_piped_in(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run_cli(tmp_path, "run", *arguments, stdin=b"What is 6 * 7?\n")
    assert done.out == "6 * 7 = 42\n"


def test_documents_are_searched_and_what_was_left_out_is_told(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "tea.md").write_text("Green tea is brewed at 80 degrees.", encoding="utf-8")
    for number in range(7):
        (docs / f"{number}.png").write_bytes(b"\x89PNG")
    done = run_cli(tmp_path, "run", "--docs", str(docs), "At how many degrees is green tea brewed?")
    assert "80 degrees. [1]" in done.out
    assert "[1] tea.md" in done.out
    assert "1 documents" in done.err
    assert "left out 0.png: not a text document" in done.err
    assert "and 2 more files" in done.err


def test_an_agent_of_ones_own_is_found_in_the_working_directory(tmp_path: Path) -> None:
    write_agents(tmp_path)
    done = run_cli(tmp_path, "run", "--agent", "agents:counter", "--json", "It is 5.")
    assert done.events()[-1].data["output"] == 5


def test_structured_output_is_json_in_a_pipe(tmp_path: Path) -> None:
    write_agents(tmp_path)
    assert run_cli(tmp_path, "run", "--agent", "agents:counter", "It is 5.").out == "5\n"


def test_a_run_that_reaches_a_limit_fails_with_1(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", "--json", "--max-steps", "1", TOKYO)
    assert done.code == 1
    assert done.events()[-1].data["stop_reason"] == "max_steps"
    assert "error ASDK-RUN-002: " in done.err
    assert "hint: " in done.err


def test_a_run_that_takes_too_long_fails_with_1(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", "--json", "--timeout", "0.05", TOKYO, env=SLOW)
    assert done.code == 1
    assert done.events()[-1].data["stop_reason"] == "timeout"


def test_a_time_out_does_not_wait_for_the_thread_of_a_tool(tmp_path: Path) -> None:
    write_agents(tmp_path)
    done = run_cli(
        tmp_path, "run", "--agent", "agents:staller", "--json", "--timeout", "0.5", "Stall for 5 minutes"
    )
    assert done.code == 1
    assert done.events()[-1].data["stop_reason"] == "timeout"


def test_a_cost_ceiling_without_a_price_fails_with_1(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", "--json", "--max-cost-usd", "0.5", "Hello")
    assert done.code == 1
    assert done.events()[-1].data["stop_reason"] == "max_cost"


def test_a_failed_run_ends_in_its_event_and_one_error_and_8_where_the_model_failed(tmp_path: Path) -> None:
    write_agents(tmp_path)
    done = run_cli(tmp_path, "run", "--agent", "agents:counter", "--json", "no idea")
    assert done.events()[-1].type == "run.failed"
    assert done.code == 8
    assert done.err.count("error ASDK-") == 1
    assert "Traceback" not in done.err


def test_a_call_that_needs_approval_pauses_with_6_where_nobody_can_be_asked(tmp_path: Path) -> None:
    write_agents(tmp_path)
    done = run_cli(tmp_path, "run", "--agent", "agents:pilot", "--json", 'Launch "Ariane"')
    assert done.code == 6
    assert done.events(whole=False)[-1].type == "run.paused"
    assert "launch needs approval" in done.err
    assert "hint: " in done.err


def test_ctrl_c_cancels_the_run_closes_its_journal_and_ends_with_130(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("run", "--json", TOKYO),
        cwd=tmp_path,
        env=environment(tmp_path, **SLOW),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # `communicate` knows nothing of what a buffer has read ahead
    )
    assert process.stdout is not None
    begun = b""
    while b"message.started" not in begun:
        begun += process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, talk = process.communicate(timeout=PATIENCE_S)
    done = Done(process.returncode, (begun + rest).decode(), talk.decode())
    assert done.events()[-1].type == "run.canceled"
    assert done.events()[-1].data["reason"] == "Ctrl-C"
    assert done.code == 130
    assert "canceled" in done.err
    assert "Traceback" not in done.err


def unread(pipe: int) -> int:
    """Bytes that wait in a pipe."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


@pytest.mark.parametrize("arguments", [("--json",), ()], ids=["json", "text"])
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_a_run_whose_output_nobody_reads(
    tmp_path: Path, times: int, arguments: tuple[str, ...]
) -> None:
    write_agents(tmp_path)
    process = subprocess.Popen(
        command("run", *arguments, "--agent", "agents:preacher", "Preach"),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    while unread(process.stdout.fileno()) < PIPE_HALF_BYTES:
        assert process.poll() is None
    for _ in range(times):
        process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 130
    _, talk = process.communicate()
    assert b"Traceback" not in talk


def test_ctrl_c_while_the_program_is_still_being_loaded_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "agents.py").write_text(
        "import os, signal\nos.kill(os.getpid(), signal.SIGINT)", encoding="utf-8"
    )
    done = run_cli(tmp_path, "run", "--agent", "agents:x", "Hello")
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize(
    "arguments", [("run", "Hello"), ("run", "--json", "Hello"), ("version",), ("--help",)]
)
def test_an_output_that_is_full_is_one_line_and_1(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(*arguments),
            cwd=tmp_path,
            env=environment(tmp_path, AGENT_SDK_MODEL="offline:demo"),
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=PATIENCE_S,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "error ASDK-SDK-001: the output cannot be written: No space left on device\n"
    )


def test_a_reader_that_has_seen_enough_ends_the_run_quietly(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("run", "--json", TOKYO),
        cwd=tmp_path,
        env=environment(tmp_path, AGENT_SDK_OFFLINE__TOKEN_DELAY_MS="5"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    talk = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait(PATIENCE_S) == 0
    assert "Error" not in talk
    assert "Traceback" not in talk


def test_a_failed_run_still_gives_what_it_had_said(tmp_path: Path) -> None:
    write_agents(tmp_path)
    done = run_cli(tmp_path, "run", "--agent", "agents:breaker", "Go on")
    assert done.code == 1
    assert done.out == "Half of it\n"


def test_what_a_run_is_stands_in_the_guide(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", "-p", "assistant_rag", "What is a run?")
    assert "A run is one task of an agent" in done.out
    assert "[1] agent-sdk.md, What is a run?" in done.out


def test_a_session_of_a_single_run_is_said_to_end_with_it(tmp_path: Path) -> None:
    assert run_cli(tmp_path, "run", "--session", "mine", "Hello").err.count("This run stays in memory") == 1
    assert "Sessions end" not in run_cli(tmp_path, "run", "Hello").err


def test_documents_for_a_preset_that_cannot_search_are_a_warning(tmp_path: Path) -> None:
    (tmp_path / "tea.md").write_text("tea", encoding="utf-8")
    done = run_cli(tmp_path, "run", "-p", "assistant_basic", "--docs", "tea.md", "Hello")
    assert done.code == 0
    assert "assistant_basic searches no documents" in done.err
    assert "searches no documents" not in run_cli(tmp_path, "run", "--docs", "tea.md", "tea").err


def test_an_address_without_a_key_is_told_how_to_be_used(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", "Hello", env={"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
    assert done.code == 0
    assert "offline:demo answers" in done.err
    assert "--model openai:" in done.err


def test_an_offline_model_that_was_configured_needs_no_notice(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", "Hello", env={"AGENT_SDK_MODEL": "offline:demo"})
    assert "offline:demo answers" not in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("run", "--preset", "asistant_tool", "x"), 5, "Did you mean assistant_tools?"),
        (("run", "--model", "ofline:demo", "x"), 3, "Did you mean offline:demo?"),
        (("run", "--model", "openai:gpt-6-luna", "x"), 3, "OPENAI_API_KEY"),
        (("run", "--agent", "agents:nobody", "x"), 3, "module"),
        (("run", "--agent", "a:b", "--preset", "assistant_basic", "x"), 2, "exclude each other"),
        (("run", "--agent", "a:b", "--docs", ".", "x"), 2, "--docs"),
        (("run", "--session", "no spaces!", "x"), 2, "session"),
        (("run", "--docs", "nowhere", "x"), 2, "nowhere"),
        (("run", "--no-such-option", "x"), 2, "--no-such-option"),
        (("run", "--max-steps", "0", "x"), 2, "--max-steps"),
        (("run", "--max-cost-usd", "cheap", "x"), 3, "max_cost_usd"),
        (("run", " "), 2, "the prompt is empty"),
        (("run",), 2, "the prompt is empty"),
        (("no-such-command",), 2, "no-such-command"),
        (("worker", "--slots", "1"), 2, "`agent-sdk worker` comes with release 0.4; see docs/ROADMAP.md"),
        (("eval",), 2, "`agent-sdk eval` comes with a later release; see docs/ROADMAP.md"),
        (("run", "--agent", "../x:y", "x"), 3, "module:attribute"),
    ],
)
def test_what_cannot_be_done_is_said_once_with_its_code(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = run_cli(tmp_path, *arguments)
    assert done.code == code
    assert words in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


def test_a_misspelled_variable_is_a_configuration_error(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", "Hello", env={"AGENT_SDK_MODLE": "x"})
    assert done.code == 3
    assert "Did you mean AGENT_SDK_MODEL?" in done.err


@pytest.mark.parametrize("data", [b"caf\xe9", b""])
def test_input_that_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    done = run_cli(tmp_path, "run", stdin=data)
    assert done.code == 2
    assert "error ASDK-INP-001" in done.err


def test_input_without_end_is_refused(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", stdin=b"x" * (4 * 1024 * 1024 + 1))
    assert done.code == 2
    assert "more than" in done.err


def test_an_argument_that_is_no_text_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [*map(str.encode, command("run")), b"caf\xe9"],
        cwd=tmp_path,
        env=environment(tmp_path, PYTHONUTF8="1"),
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert b"not UTF-8" in done.stderr


def test_without_any_standard_input_a_prompt_is_asked_for(tmp_path: Path) -> None:
    shell = ["sh", "-c", 'exec "$@" <&-', "sh", *command("run")]
    done = subprocess.run(
        shell, cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 2
    assert b"prompt" in done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_an_output_that_is_closed_is_no_reason_to_crash(tmp_path: Path, closed: str) -> None:
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *command("run", "say hello")]
    done = subprocess.run(
        shell,
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_a_terminal_of_another_encoding_gets_escapes_instead_of_a_crash(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "run", "say Zürich", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.code == 0
    assert done.out == "Z\\xfcrich\n"
