"""`agent-sdk ui …`."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer


def build(*, as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """Build the console of a checkout, unless it is built; a server started there does the same."""
    from agent_sdk.cli.report import say
    from agent_sdk.contracts.codec import encode
    from agent_sdk.contracts.errors import InvalidInput
    from agent_sdk.ui.build import ensure
    from agent_sdk.ui.place import here
    from agent_sdk.ui.state import state_of

    place = here()
    if place.checkout is None:
        raise InvalidInput(
            "the console cannot be built: its sources are not here",
            hint="An installed package brings the console; only a checkout builds it.",
        )
    ensure(place, say)
    state = state_of(place)
    if as_json:
        print(encode({"state": state, "static": str(place.static)}).decode())
        return
    print(f"{state}  {place.static}")


COMMANDS: Final[Mapping[str, Callable[..., None]]] = {"build": build}
