"""Tools whose schema is given, not read from a function: what another system declares."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from agent_sdk.contracts.errors import ToolArgumentsInvalid, ToolResultInvalid
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.ports.tool import RunContext, ToolOutput
from agent_sdk.tools.function_tool import check_declaration
from agent_sdk.tools.invoke import invoke, is_async
from agent_sdk.tools.output import to_output

RawFunction = Callable[[RunContext[Any], Mapping[str, Any]], Any]
"""Sync or async, from context and checked arguments to whatever a tool may return."""


class RawTool:
    """A tool with a given schema; `raw_tool` makes it."""

    def __init__(self, spec: ToolSpec, function: RawFunction) -> None:
        """Check the declaration."""
        # A tenth of a second, which only tools whose schema is given need.
        from agent_sdk.tools.checker import Checker

        check_declaration(spec, "raw_tool")
        self._spec = spec
        self._function = function
        self._is_async = is_async(function)
        self._parameters = Checker(spec.parameters, of=f"parameters of {spec.name}")
        self._result = None if spec.result is None else Checker(spec.result, of=f"result of {spec.name}")

    @property
    def spec(self) -> ToolSpec:
        """As it was given."""
        return self._spec

    async def call(self, ctx: RunContext[Any], args: Mapping[str, Any]) -> ToolOutput:
        """Check `args` against the schema, run, and check the result if there is a schema for it.

        Raises:
            ToolArgumentsInvalid: `args` do not fit the schema.
            ToolResultInvalid: The result does not fit the schema.
            ToolCrashed: The function raised; `__cause__` is what it raised.
            ToolError, ModelRetry, ToolFailed, ApprovalRequired: As the function raised them.
        """
        given = dict(args)
        problems = self._parameters.problems(given)
        if problems:
            msg = f"the arguments of {self._spec.name} do not fit: {problems}"
            raise ToolArgumentsInvalid(msg, hint="Call it again with arguments that fit its schema.")
        output = to_output(await invoke(partial(self._function, ctx, given), in_thread=not self._is_async))
        problems = self._result.problems(output.value) if self._result else ""
        if problems:
            msg = f"{self._spec.name} returned what its schema does not allow: {problems}"
            raise ToolResultInvalid(msg, hint="Correct the tool, or its result schema.")
        return output


def raw_tool(spec: ToolSpec, function: RawFunction) -> RawTool:
    """Make a tool from a declaration and a sync or async function of `(ctx, args)`.

    Raises:
        DefinitionError: The name, the version or a schema (draft 2020-12) is not valid.
    """
    return RawTool(spec, function)
