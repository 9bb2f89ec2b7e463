"""Retries, and the machine's own clock, ids and chance."""
