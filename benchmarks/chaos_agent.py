"""The agent of benchmarks/chaos.py: one tool of each kind that recovery treats differently.

Each execution is recorded by a process of its own (benchmarks/chaos_effects.py), in the middle of a pause on both
sides: a kill then often falls before the effect, or after it and before its result is in the journal.
"""

import asyncio
import json
import os
from typing import Any

from agent_sdk import Agent, RunContext, tool

PAUSE_S = 0.03


async def execute(ctx: RunContext[Any], name: str) -> str:
    """Have one execution recorded."""
    effect = {
        "run_id": ctx.run_id,
        "tool": name,
        "tool_call_id": ctx.tool_call_id,
        "key": ctx.idempotency_key,
    }
    await asyncio.sleep(PAUSE_S)
    reader, writer = await asyncio.open_unix_connection(os.environ["CHAOS_EFFECTS"])
    try:
        writer.write(json.dumps(effect).encode() + b"\n")
        if await reader.readline() != b"done\n":
            raise RuntimeError("the effect was not recorded")
    finally:
        writer.close()
    await asyncio.sleep(PAUSE_S)
    return f"{name} is done"


@tool(effects="read")
async def look_up(ctx: RunContext[Any], number: int) -> str:
    """Look something up."""
    return f"{await execute(ctx, 'look_up')}: {number}"


@tool(effects="write", idempotent=True)
async def save_note(ctx: RunContext[Any], number: int) -> str:
    """Save a note under the idempotency key."""
    return f"{await execute(ctx, 'save_note')}: {number}"


@tool(effects="external")
async def send_letter(ctx: RunContext[Any], number: int) -> str:
    """Send a letter; nobody can unsend it."""
    return f"{await execute(ctx, 'send_letter')}: {number}"


agent = Agent("chaos", model="openai-compatible:gpt-fake", tools=[look_up, save_note, send_letter])
