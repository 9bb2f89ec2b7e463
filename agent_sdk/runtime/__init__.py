"""The loop: one agent, one run, `run → step → query → execute`."""
