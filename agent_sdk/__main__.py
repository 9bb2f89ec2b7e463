"""`python -m agent_sdk` is `agent-sdk`."""

from agent_sdk.cli import main

main()
