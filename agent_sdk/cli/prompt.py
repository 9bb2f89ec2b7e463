"""Where a prompt comes from: the command line, or a pipe."""

import sys
from typing import Final

from agent_sdk.contracts.errors import InvalidInput

PROMPT_SIZE_MAX_BYTES: Final = 4 * 1024 * 1024
_HINT: Final = 'Say it on the command line, agent-sdk run "…", or pipe it in.'


def read_prompt(argument: str | None) -> str:
    """The prompt: the argument, or standard input where the argument is `-` or missing.

    Raises:
        InvalidInput: There is none, it is too long, or it is not UTF-8.
    """
    text = _from_stdin(asked=argument == "-") if argument in {None, "-"} else check_text(argument or "")
    if not text.strip():
        raise InvalidInput("the prompt is empty", hint=_HINT)
    return text


def check_text(text: str) -> str:
    """Refuse what the command line could not decode.

    Raises:
        InvalidInput: It is not UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("the prompt is not UTF-8 text", hint="Check the terminal's encoding.") from error
    return text


def _from_stdin(*, asked: bool) -> str:
    if sys.stdin is None or (sys.stdin.isatty() and not asked):
        raise InvalidInput("there is no prompt", hint=_HINT)
    try:
        data = sys.stdin.buffer.read(PROMPT_SIZE_MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"standard input cannot be read: {error.strerror}", hint=_HINT) from error
    if len(data) > PROMPT_SIZE_MAX_BYTES:
        raise InvalidInput(
            f"the prompt has more than {PROMPT_SIZE_MAX_BYTES} bytes", hint="Put it into a file for --docs."
        )
    return decode(data)


def decode(data: bytes) -> str:
    """Read what was piped in.

    Raises:
        InvalidInput: It is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "standard input is not UTF-8 text", hint="Convert it first, for example with iconv."
        ) from error
