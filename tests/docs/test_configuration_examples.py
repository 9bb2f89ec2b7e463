"""The examples of `agent-sdk.toml` in the documents are files that can be used, one for each provider."""

import os
import re
from pathlib import Path

import pytest

from agent_sdk import plugins
from agent_sdk.bootstrap import make_services
from agent_sdk.settings import FILE_NAME, load_settings

DOCS = Path(__file__).parents[2] / "docs"


def examples(name: str) -> list[str]:
    page = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if "AGENT_SDK" in name.upper() or name.startswith(("OPENAI_", "ANTHROPIC_", "AZURE_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def configured_model(example: str) -> str:
    """The id of the model that answers where the example is the configuration."""
    Path(FILE_NAME).write_text(example, encoding="utf-8")
    return make_services(load_settings()).models.resolve(None).id


@pytest.mark.parametrize("provider", plugins.names("providers"))
def test_each_provider_is_configured_by_an_example(provider: str) -> None:
    (example,) = [each for each in examples("PROVIDERS.md") if f'model = "{provider}:' in each]
    assert configured_model(example).startswith(f"{provider}:")


def test_the_examples_of_the_configuration_page_can_be_used() -> None:
    for example in examples("CONFIGURATION.md"):
        Path(FILE_NAME).write_text(example, encoding="utf-8")
        assert load_settings().values.model == "anthropic:claude-haiku-5-5"
