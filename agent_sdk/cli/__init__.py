"""The command line. Each command is a module, and imports what it needs only when it runs."""


def main() -> None:
    """Entry point of `agent-sdk`; ends the process with one of `agent_sdk.cli.exit_codes`."""
    from agent_sdk.cli.app import run_app

    run_app()
