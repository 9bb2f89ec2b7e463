"""`agent-sdk version`."""


def command() -> None:
    """Print the installed version."""
    from importlib.metadata import version

    print(f"agent-sdk {version('agent-sdk')}")
