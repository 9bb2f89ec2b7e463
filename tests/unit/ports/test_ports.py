"""Ports are words: they promise, and the fakes keep the promise."""

import subprocess
import sys

from agent_sdk.contracts.messages import Message
from agent_sdk.ports.llm import Model, ModelRequest, ModelResolver, ModelSettings
from agent_sdk.ports.system import Chance, Clock, IdFactory
from agent_sdk.ports.tool import PackConfig, Tool
from agent_sdk.testing import FakeChance, FakeClock, FakeIds, ScriptedModel, fake_services, fake_tool

ONLY_WORDS = """
import importlib, pkgutil, sys
import agent_sdk.contracts, agent_sdk.ports
before = set(sys.modules)
for package in (agent_sdk.contracts, agent_sdk.ports):
    for found in pkgutil.iter_modules(package.__path__):
        if found.name != "codec":
            importlib.import_module(f"{package.__name__}.{found.name}")
names = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(name for name in names - sys.stdlib_module_names if name != "agent_sdk"))
"""


def test_contracts_and_ports_need_the_standard_library_only() -> None:
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, '.')\n{ONLY_WORDS}"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_the_fakes_are_what_the_ports_ask_for() -> None:
    kept: tuple[Clock, IdFactory, Chance, Tool, Model, ModelResolver] = (
        FakeClock(),
        FakeIds(),
        FakeChance(),
        fake_tool("t"),
        ScriptedModel([]),
        fake_services().models,
    )
    assert None not in kept


def test_a_request_leaves_everything_it_need_not_say_to_the_provider() -> None:
    request = ModelRequest(messages=(Message(id="msg_1", role="user"),), ids=FakeIds())
    assert (request.instructions, request.tools, request.output) == ("", (), None)
    settings = ModelSettings()
    assert settings.stream
    assert (settings.temperature, settings.tool_choice, settings.max_output_tokens) == (None, None, None)


def test_defaults_are_not_shared() -> None:
    assert ModelSettings().extra is not ModelSettings().extra


def test_a_pack_that_is_told_nothing_may_touch_nothing() -> None:
    config = PackConfig(clock=FakeClock())
    assert (config.fs_roots, config.http_allowlist, config.index) == ((), (), None)
