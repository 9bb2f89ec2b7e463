"""Answers from documents, with citations."""

from typing import Final

from agent_sdk.presets._preset import Preset

preset: Final = Preset(
    name="assistant_rag",
    title="Assistant over your documents",
    description="Answers questions from documents and says where each answer stands.",
    instructions=(
        "You answer questions from the user's documents. Search with vector.search before you answer, in words that "
        "the documents may use, and again in other words when nothing fits. Answer only from the passages found; put "
        "a number like [1] behind each statement and list the sources at the end as `[1] document, title`. When the "
        "documents do not answer the question, say that. Answer in the user's language."
    ),
    packs=("builtin",),
    tools=("vector.search",),
)
