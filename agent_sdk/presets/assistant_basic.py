"""Plain conversation."""

from typing import Final

from agent_sdk.presets._preset import Preset

preset: Final = Preset(
    name="assistant_basic",
    title="Basic assistant",
    description="Talks, and remembers the conversation. It has no tools.",
    instructions=(
        "You are a helpful assistant. Answer briefly and plainly, in the user's language. Say so when you do not know "
        "something or when a question needs tools that you do not have; never make facts up."
    ),
)
