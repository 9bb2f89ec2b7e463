"""The built-in providers, each found by its entry point in the group `agent_sdk.providers`."""
