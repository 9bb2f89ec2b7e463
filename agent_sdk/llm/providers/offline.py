"""The provider `offline`: one rule-based model, `demo`, without key or network."""

from typing import Final

from agent_sdk.contracts.errors import ConfigError, UnknownModel
from agent_sdk.llm.offline.model import MODEL, OfflineModel
from agent_sdk.ports.llm import Model, ProviderConfig

TOKEN_DELAY_DEFAULT_MS: Final = 8
TOKEN_DELAY_MAX_MS: Final = 10_000


def create(model: str, config: ProviderConfig) -> Model:
    """Make `offline:demo`.

    Args:
        model: `demo`; there is no other.
        config: The option `token_delay_ms` (8 by default) is the pause between two pieces of an answer.

    Raises:
        UnknownModel: `model` is not `demo`.
        ConfigError: `token_delay_ms` is not a number from 0 to 10000.
    """
    if model != MODEL:
        raise UnknownModel(f"the provider offline has no model {model!r}", hint=f"Use offline:{MODEL}.")
    given = config.options.get("token_delay_ms", str(TOKEN_DELAY_DEFAULT_MS))
    try:
        delay_ms = float(given)
    except ValueError:
        delay_ms = -1.0
    if not 0 <= delay_ms <= TOKEN_DELAY_MAX_MS:
        raise ConfigError(
            f"token_delay_ms is {given!r}", hint=f"Give milliseconds from 0 to {TOKEN_DELAY_MAX_MS}."
        )
    return OfflineModel(token_delay_s=delay_ms / 1000)
