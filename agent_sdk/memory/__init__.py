"""What an agent remembers and looks up: history trimmed to fit, documents cut into chunks, and a small index.

Nothing is re-exported; `policy` is all that the runtime needs.
"""
