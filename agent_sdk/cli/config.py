"""`agent-sdk config …`."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

import typer


def show(
    *,
    sources: Annotated[bool, typer.Option("--sources", help="Say where each value comes from, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Show every setting and its value; secrets are masked."""
    from agent_sdk.cli.table import table
    from agent_sdk.contracts.codec import encode
    from agent_sdk.settings import listing, load_settings

    found = list(listing(load_settings()))
    if as_json:
        document = {
            each.key: {"value": each.value, "source": each.source} if sources else each.value
            for each in found
        }
        print(encode(document).decode())
        return
    rows = [(each.key, _text(each.value), each.source) for each in found]
    if sources:
        table(("key", "value", "source"), rows)
    else:
        table(("key", "value"), [row[:2] for row in rows])


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {"show": show}


def _text(value: Any) -> str:
    from agent_sdk.contracts.codec import encode

    if value in (None, [], {}):
        return "-"
    return value if isinstance(value, str) else encode(value).decode()
