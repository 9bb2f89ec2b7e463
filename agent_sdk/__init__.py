"""Agents that run, stream and cannot be lost.

Everything public is imported on first use, so that `import agent_sdk` costs milliseconds and loads nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent_sdk.contracts.errors import AgentSDKError as AgentSDKError
    from agent_sdk.contracts.errors import GuardrailTripped as GuardrailTripped
    from agent_sdk.contracts.errors import LimitExceeded as LimitExceeded
    from agent_sdk.contracts.errors import ModelError as ModelError
    from agent_sdk.contracts.errors import RunFailed as RunFailed
    from agent_sdk.contracts.errors import ToolError as ToolError
    from agent_sdk.contracts.events import Event as Event
    from agent_sdk.contracts.grammar import EventGrammar as EventGrammar
    from agent_sdk.contracts.grammar import check_events as check_events
    from agent_sdk.contracts.messages import CitationPart as CitationPart
    from agent_sdk.contracts.messages import DocumentPart as DocumentPart
    from agent_sdk.contracts.messages import ImagePart as ImagePart
    from agent_sdk.contracts.messages import Message as Message
    from agent_sdk.contracts.messages import TextPart as TextPart
    from agent_sdk.contracts.signals import ApprovalRequired as ApprovalRequired
    from agent_sdk.contracts.signals import ModelRetry as ModelRetry
    from agent_sdk.contracts.signals import ToolFailed as ToolFailed
    from agent_sdk.contracts.usage import Usage as Usage
    from agent_sdk.memory.policy import MemoryPolicy as MemoryPolicy
    from agent_sdk.ports.llm import ModelSettings as ModelSettings
    from agent_sdk.ports.tool import RunContext as RunContext
    from agent_sdk.presets import load_preset as load_preset
    from agent_sdk.runtime.agent import Agent as Agent
    from agent_sdk.runtime.cancellation import CancelToken as CancelToken
    from agent_sdk.runtime.guardrails import Guardrail as Guardrail
    from agent_sdk.runtime.guardrails import GuardrailResult as GuardrailResult
    from agent_sdk.runtime.handoff import Handoff as Handoff
    from agent_sdk.runtime.handoff import handoff as handoff
    from agent_sdk.runtime.limits import UsageLimits as UsageLimits
    from agent_sdk.runtime.output import NativeOutput as NativeOutput
    from agent_sdk.runtime.output import PromptedOutput as PromptedOutput
    from agent_sdk.runtime.output import ToolOutput as ToolOutput
    from agent_sdk.runtime.result import ApprovalDecision as ApprovalDecision
    from agent_sdk.runtime.result import Interruption as Interruption
    from agent_sdk.runtime.result import RunResult as RunResult
    from agent_sdk.runtime.runner import Runner as Runner
    from agent_sdk.runtime.stream import RunStream as RunStream
    from agent_sdk.tools.function_tool import tool as tool

_HOME = {
    "contracts.errors": (
        "AgentSDKError",
        "GuardrailTripped",
        "LimitExceeded",
        "ModelError",
        "RunFailed",
        "ToolError",
    ),
    "contracts.events": ("Event",),
    "contracts.grammar": ("EventGrammar", "check_events"),
    "contracts.messages": ("CitationPart", "DocumentPart", "ImagePart", "Message", "TextPart"),
    "contracts.signals": ("ApprovalRequired", "ModelRetry", "ToolFailed"),
    "contracts.usage": ("Usage",),
    "memory.policy": ("MemoryPolicy",),
    "ports.llm": ("ModelSettings",),
    "ports.tool": ("RunContext",),
    "presets": ("load_preset",),
    "runtime.agent": ("Agent",),
    "runtime.cancellation": ("CancelToken",),
    "runtime.guardrails": ("Guardrail", "GuardrailResult"),
    "runtime.handoff": ("Handoff", "handoff"),
    "runtime.limits": ("UsageLimits",),
    "runtime.output": ("NativeOutput", "PromptedOutput", "ToolOutput"),
    "runtime.result": ("ApprovalDecision", "Interruption", "RunResult"),
    "runtime.runner": ("Runner",),
    "runtime.stream": ("RunStream",),
    "tools.function_tool": ("tool",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Agent",
    "AgentSDKError",
    "ApprovalDecision",
    "ApprovalRequired",
    "CancelToken",
    "CitationPart",
    "DocumentPart",
    "Event",
    "EventGrammar",
    "Guardrail",
    "GuardrailResult",
    "GuardrailTripped",
    "Handoff",
    "ImagePart",
    "Interruption",
    "LimitExceeded",
    "MemoryPolicy",
    "Message",
    "ModelError",
    "ModelRetry",
    "ModelSettings",
    "NativeOutput",
    "PromptedOutput",
    "RunContext",
    "RunFailed",
    "RunResult",
    "RunStream",
    "Runner",
    "TextPart",
    "ToolError",
    "ToolFailed",
    "ToolOutput",
    "Usage",
    "UsageLimits",
    "check_events",
    "handoff",
    "load_preset",
    "tool",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    module = _MODULE_OF.get(name)
    if module is None:
        msg = f"module 'agent_sdk' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"agent_sdk.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})
