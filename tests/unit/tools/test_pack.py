import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from agent_sdk import plugins
from agent_sdk.contracts.errors import ConfigError, DefinitionError, PluginNotFound
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.ports.tool import PackConfig
from agent_sdk.tools.builtin import pack
from agent_sdk.tools.checker import Checker
from agent_sdk.tools.compatibility import check_version
from agent_sdk.tools.pack import load_packs
from tests.unit.tools.context import OneChunkIndex, StoppedClock

GOLDEN = Path(__file__).parents[2] / "golden" / "tool_schemas"
CONFIG = PackConfig(clock=StoppedClock(), index=OneChunkIndex())
SPECS = [tool.spec for tool in pack(CONFIG).tools]
UPDATE = os.environ.get("AGENT_SDK_UPDATE_GOLDEN") == "1"


def test_the_builtin_pack_has_these_tools() -> None:
    assert {spec.name: (spec.version, spec.effects, spec.idempotent) for spec in SPECS} == {
        "calculator": ("1.0.0", "read", True),
        "filesystem.read": ("1.0.0", "read", True),
        "filesystem.write": ("1.0.0", "write", True),
        "http.fetch": ("1.0.0", "read", True),
        "time": ("1.0.0", "read", True),
        "vector.search": ("1.0.0", "read", True),
    }


def test_without_an_index_there_is_no_search() -> None:
    names = [tool.spec.name for tool in pack(PackConfig(clock=StoppedClock())).tools]
    assert "vector.search" not in names
    assert len(names) == 5


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_builtin_schema_is_valid_and_described(spec: ToolSpec) -> None:
    Checker(spec.parameters, of=spec.name)
    if spec.result is not None:
        Checker(spec.result, of=spec.name)
    assert spec.description
    assert all("description" in each for each in spec.parameters["properties"].values())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_changed_builtin_schema_has_a_new_version(spec: ToolSpec) -> None:
    """After a change with a new version: run with AGENT_SDK_UPDATE_GOLDEN=1."""
    path = GOLDEN / f"{spec.name}.json"
    if path.exists():
        check_version(ToolSpec(**json.loads(path.read_text(encoding="utf-8"))), spec)
    if UPDATE:
        path.write_text(json.dumps(asdict(spec), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert ToolSpec(**json.loads(path.read_text(encoding="utf-8"))) == spec


def test_no_golden_schema_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {spec.name for spec in SPECS}


def test_packs_are_loaded_by_name() -> None:
    (loaded,) = load_packs(["builtin"], CONFIG)
    assert (loaded.name, len(loaded.tools)) == ("builtin", 6)


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(DefinitionError, match="two tools are named 'calculator'"):
        load_packs(["builtin", "builtin"], CONFIG)


def test_an_unknown_pack_is_not_found() -> None:
    with pytest.raises(PluginNotFound, match="nope"):
        load_packs(["nope"], CONFIG)
    assert "builtin" in plugins.names("tool_packs")


def test_an_allowlist_that_cannot_be_read_is_refused_at_once() -> None:
    with pytest.raises(ConfigError, match=r"https://example\.com"):
        pack(PackConfig(clock=StoppedClock(), http_allowlist=("https://example.com",)))
