"""The requirements manifest as data: one module per phase of the plan, and what the plan leaves unsaid."""
