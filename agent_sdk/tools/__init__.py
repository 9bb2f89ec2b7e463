"""What an agent can do: functions as tools, their schemas and versions, and packs of them.

Nothing is re-exported here, and importing any module of this package loads neither pydantic nor aiohttp: what they
are needed for happens at a tool's first use.
"""
