"""From what a tool returned to what journal and model are given."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, cast

from agent_sdk.contracts.codec import decode
from agent_sdk.contracts.errors import ToolResultInvalid
from agent_sdk.contracts.messages import DocumentPart, ImagePart
from agent_sdk.ports.tool import ToolOutput

CONTENT_LENGTH_MAX_CHARS: Final = 50_000
"""What a model reads of one result, unless the runtime is told otherwise."""
CUT_NOTE: Final = "\n… [{count} characters cut] …\n"
HEAD_SHARE: Final = 0.7
"""Of the characters that are kept when a text is cut, how many are of its beginning."""

Attachments = tuple[ImagePart | DocumentPart, ...]


def to_output(returned: Any) -> ToolOutput:
    """Turn anything JSON-able, with or without images and documents, into a `ToolOutput`.

    Dataclasses, pydantic models, enums, dates and decimals become what pydantic writes them as. Images and documents,
    alone or among the items of a list or tuple, become attachments.

    Raises:
        ToolResultInvalid: It has no JSON form.
    """
    if isinstance(returned, ToolOutput):
        return returned
    attachments, rest = _without_attachments(returned)
    value, text = _as_json(rest)
    if isinstance(value, str):
        text = value
    elif attachments and value is None:
        text = f"Attached: {', '.join(each.media_type for each in attachments)}"
    return ToolOutput(value=value, content=text, attachments=attachments)


def _without_attachments(returned: Any) -> tuple[Attachments, Any]:
    if isinstance(returned, ImagePart | DocumentPart):
        return (returned,), None
    items = cast("Sequence[Any]", returned) if isinstance(returned, list | tuple) else ()
    attachments = tuple([item for item in items if isinstance(item, ImagePart | DocumentPart)])
    if not attachments:
        return (), cast("Any", returned)
    rest = [item for item in items if not isinstance(item, ImagePart | DocumentPart)]
    if len(rest) > 1:
        return attachments, rest
    return attachments, rest[0] if rest else None


def _as_json(value: Any) -> tuple[Any, str]:
    from pydantic_core import PydanticSerializationError, to_json

    try:
        # NaN is written as such and then not read: JSON has no such number, and null would be another value.
        data = to_json(value, inf_nan_mode="constants")
        return decode(data), data.decode()
    except (PydanticSerializationError, ValueError) as error:
        msg = f"the result has no JSON form: {error}"
        raise ToolResultInvalid(
            msg, hint="Return text, plain JSON, a dataclass or a pydantic model."
        ) from error


def bounded(output: ToolOutput, max_chars: int = CONTENT_LENGTH_MAX_CHARS) -> ToolOutput:
    """Cut what the model reads to `max_chars` characters: in the middle, with a note of how much is gone.

    Beginning and end stay, because an answer stands at one of them. `value` and attachments are left alone.
    """
    text = output.content
    if len(text) <= max_chars:
        return output
    # The note is measured with the longest count that it can hold.
    room = max(max_chars - len(CUT_NOTE.format(count=len(text))), 0)
    head = int(room * HEAD_SHARE)
    tail = room - head
    note = CUT_NOTE.format(count=len(text) - room)
    return replace(output, content=(text[:head] + note + text[len(text) - tail :])[:max_chars])
