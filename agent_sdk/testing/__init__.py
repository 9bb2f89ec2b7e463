"""For tests of agents: a scripted model, fake tools, a clock that stands still, ids that count, golden streams.

The pytest plugin (`agent_sdk.testing.plugin`, found by entry point) makes real model calls impossible and fails a
test whose scripted model was left with steps. Importing this package loads nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent_sdk.testing.fakes import FakeChance as FakeChance
    from agent_sdk.testing.fakes import FakeClock as FakeClock
    from agent_sdk.testing.fakes import FakeIds as FakeIds
    from agent_sdk.testing.fakes import fake_services as fake_services
    from agent_sdk.testing.fakes import fake_tool as fake_tool
    from agent_sdk.testing.golden import check_golden as check_golden
    from agent_sdk.testing.golden import normalize as normalize
    from agent_sdk.testing.scripted_model import ModelStep as ModelStep
    from agent_sdk.testing.scripted_model import ScriptedModel as ScriptedModel
    from agent_sdk.testing.scripted_model import call as call
    from agent_sdk.testing.scripted_model import reply as reply

_MODULE_OF = {
    "FakeChance": "fakes",
    "FakeClock": "fakes",
    "FakeIds": "fakes",
    "ModelStep": "scripted_model",
    "ScriptedModel": "scripted_model",
    "call": "scripted_model",
    "check_golden": "golden",
    "fake_services": "fakes",
    "fake_tool": "fakes",
    "normalize": "golden",
    "reply": "scripted_model",
}

__all__ = [
    "FakeChance",
    "FakeClock",
    "FakeIds",
    "ModelStep",
    "ScriptedModel",
    "call",
    "check_golden",
    "fake_services",
    "fake_tool",
    "normalize",
    "reply",
]


def __getattr__(name: str) -> Any:
    """Import a name on first use (PEP 562)."""
    module = _MODULE_OF.get(name)
    if module is None:
        msg = f"module 'agent_sdk.testing' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"agent_sdk.testing.{module}"), name)
