"""Tools whose schema is given, not read from a function: what another system declares."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import ToolArgumentsInvalid, ToolResultInvalid
from agent_sdk.contracts.tool import ToolSpec
from agent_sdk.ports.tool import RunContext, ToolOutput
from agent_sdk.tools.function_tool import check_declaration
from agent_sdk.tools.invoke import invoke, is_async
from agent_sdk.tools.output import to_output
from agent_sdk.tools.schema import path_text, problems_text, validator

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

RawFunction = Callable[[RunContext[Any], Mapping[str, Any]], Any]
"""Sync or async, from context and checked arguments to whatever a tool may return."""


class RawTool:
    """A tool with a given schema; `raw_tool` makes it."""

    def __init__(self, spec: ToolSpec, function: RawFunction) -> None:
        """Check the declaration."""
        check_declaration(spec, "raw_tool")
        self._spec = spec
        self._function = function
        self._is_async = is_async(function)
        self._parameters = validator(spec.parameters, of=f"parameters of {spec.name}")
        self._result = None if spec.result is None else validator(spec.result, of=f"result of {spec.name}")

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
        problems = _problems(self._parameters, given)
        if problems:
            msg = f"the arguments of {self._spec.name} do not fit: {problems}"
            raise ToolArgumentsInvalid(msg, hint="Call it again with arguments that fit its schema.")
        output = to_output(await invoke(partial(self._function, ctx, given), in_thread=not self._is_async))
        problems = _problems(self._result, output.value) if self._result else ""
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


def _problems(checker: "Validator", value: Any) -> str:
    errors = sorted(checker.iter_errors(value), key=lambda error: [str(key) for key in error.path])
    return problems_text([f"{path_text(error.absolute_path)}: {_problem(error)}" for error in errors])


def _problem(error: "ValidationError") -> str:
    if error.validator in ("required", "additionalProperties", "unevaluatedProperties", "dependentRequired"):
        # These sentences tell names of properties. Others repeat the value, which may be a secret.
        return error.message
    return f"must fit {error.validator} {encode(error.validator_value).decode()}"
