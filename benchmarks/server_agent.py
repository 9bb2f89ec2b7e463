"""The agent that benchmarks/server.py has its server run: one tool, two model calls."""

from agent_sdk import Agent, tool


@tool(effects="read")
async def add(a: int, b: int) -> int:
    """Add two integers."""
    return a + b


agent = Agent("bench", model="openai-compatible:gpt-fake", tools=[add])
