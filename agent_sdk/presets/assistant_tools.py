"""An assistant with tools."""

from typing import Final

from agent_sdk.presets._preset import Preset

preset: Final = Preset(
    name="assistant_tools",
    title="Assistant with tools",
    description="Calculates, tells the time, reads and writes files and fetches web pages within configured bounds.",
    instructions=(
        "You are a helpful assistant with tools. Use the calculator for every calculation and the time tool for every "
        "question about dates and times; do not work them out yourself. Call tools together when they do not depend "
        "on each other. Give results as the tools returned them. When a tool fails or is refused, say so and say what "
        "the user can do. Answer briefly, in the user's language."
    ),
    packs=("builtin",),
    tools=("calculator", "time", "filesystem.read", "filesystem.write", "http.fetch"),
)
