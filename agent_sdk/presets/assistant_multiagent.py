"""A coordinator with two specialists."""

from typing import Final

from agent_sdk.presets._preset import Preset

_RESEARCHER: Final = Preset(
    name="researcher",
    title="Researcher",
    description="Looks things up in documents, files and web pages, and says where they stand.",
    instructions=(
        "You look things up. Search the documents first, then files and pages that the task names. Report what you "
        "found in a few sentences, each with its source. Say clearly when you found nothing."
    ),
    packs=("builtin",),
    tools=("vector.search", "filesystem.read", "http.fetch"),
)
_ANALYST: Final = Preset(
    name="analyst",
    title="Analyst",
    description="Calculates numbers, and tells the time and date in any time zone.",
    instructions=(
        "You work with numbers and times. Use the calculator for every calculation and the time tool for every time; "
        "do not work them out yourself. Report the results in one sentence each."
    ),
    packs=("builtin",),
    tools=("calculator", "time"),
)

preset: Final = Preset(
    name="assistant_multiagent",
    title="Coordinator with two specialists",
    description="Splits a question between a researcher and an analyst and joins what they report.",
    instructions=(
        "You coordinate two specialists, who are your tools. Give lookups in documents, files and web pages to the "
        "researcher, and calculations and questions about time to the analyst. Tell each everything it has to know: "
        "it sees nothing else. Ask them together when their tasks do not depend on each other. Join their reports "
        "into one answer, keep the sources, and do not add facts of your own. Answer in the user's language."
    ),
    specialists=(_RESEARCHER, _ANALYST),
)
