"""The options that `run` and `chat` share."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

PRESET_DEFAULT: Final = "assistant_tools"
PRESET_DEFAULT_WITH_DOCS: Final = "assistant_rag"

Preset = Annotated[
    str | None,
    typer.Option(
        "--preset",
        "-p",
        metavar="P",
        help="Ready-made agent: assistant_basic, assistant_tools (default), assistant_rag (default with --docs), "
        "assistant_multiagent.",
    ),
]
AgentReference = Annotated[str | None, typer.Option("--agent", metavar="MODULE:ATTR", help="Your own agent.")]
Model = Annotated[
    str | None,
    typer.Option("--model", "-m", metavar="M", help="For example openai:gpt-6-luna, or offline:demo."),
]
Session = Annotated[
    str | None,
    typer.Option(
        "--session",
        metavar="S",
        help="Id of the conversation. A run of the command line stays in memory: the conversation ends with this "
        "process. A server keeps it.",
    ),
]
Docs = Annotated[
    Path | None,
    typer.Option("--docs", metavar="DIR", exists=True, readable=True, help="Documents to search and cite."),
]
MaxSteps = Annotated[
    int | None, typer.Option("--max-steps", metavar="N", min=1, help="At most N model calls.")
]
MaxTokens = Annotated[
    int | None,
    typer.Option("--max-tokens", metavar="N", min=1, help="At most N tokens, read and written together."),
]
MaxCost = Annotated[
    str | None,
    typer.Option("--max-cost-usd", metavar="X", help="At most X US dollars; needs a model of known price."),
]
Timeout = Annotated[
    float | None, typer.Option("--timeout", metavar="SECONDS", min=0.001, help="At most so many seconds.")
]


def limits(
    max_steps: int | None, max_tokens: int | None, max_cost_usd: str | None, timeout_s: float | None
) -> dict[str, Any]:
    """What was said about limits, by the names of `agent_sdk.settings.LimitSettings`."""
    return {
        "max_steps": max_steps,
        "max_tokens": max_tokens,
        "max_cost_usd": max_cost_usd,
        "timeout_s": timeout_s,
    }
