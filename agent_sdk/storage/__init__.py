"""Durable state: adapters of `agent_sdk.ports.store`, and the migrations that they share."""
