"""Durable work: the worker that leases runs from the store and keeps them going."""
