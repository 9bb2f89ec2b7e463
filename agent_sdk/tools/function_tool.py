"""`@tool`: a function as a tool.

Decorating reads the signature and refuses what can never work. Types are read at the first use of `spec` or `call`,
which loads pydantic.
"""

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, TypeVar, get_args, overload

from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.contracts.tool import Effects, ToolSpec
from agent_sdk.ports.tool import RunContext, ToolOutput
from agent_sdk.tools.invoke import invoke, is_async

if TYPE_CHECKING:
    from agent_sdk.tools.binding import Binding

NAME_LENGTH_MAX_CHARS: Final = 64

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")

_NAME: Final = re.compile(rf"[A-Za-z_][A-Za-z0-9_.-]{{0,{NAME_LENGTH_MAX_CHARS - 1}}}")
_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


class FunctionTool(Generic[P, R_co]):
    """A tool made of a function; calling it calls the function, as a unit test would."""

    __name__: str

    def __init__(self, function: Callable[P, R_co], *, declared: ToolSpec) -> None:
        """Take a function and what `@tool` was told of it, without schemas. Use `tool`, which has the defaults."""
        self._function = function
        self._declared = declared
        self._is_async = is_async(function)
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Call the function as it is: no checks, no thread."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<tool {self._declared.name} {self._declared.version}>"

    @property
    def spec(self) -> ToolSpec:
        """What the tool declares; types are read at the first use.

        Raises:
            DefinitionError: An annotation cannot be resolved, or has no JSON Schema.
        """
        return self._spec

    async def call(self, ctx: RunContext[Any], args: Mapping[str, Any]) -> ToolOutput:
        """Check `args`, run the function, and check its result.

        A sync function runs in a thread, with the context variables of the caller. Cancelling this call does not wait
        for the thread: such a function looks at `ctx.cancel` itself.

        Raises:
            ToolArgumentsInvalid: `args` do not fit the schema.
            ToolResultInvalid: The result does not fit the return annotation.
            ToolCrashed: The function raised; `__cause__` is what it raised.
            ToolError, ModelRetry, ToolFailed, ApprovalRequired: As the function raised them.
        """
        binding = self._binding
        named = binding.arguments(args)
        first = (ctx,) if binding.takes_context else ()
        run = functools.partial(self._function, *first, **named)
        return binding.output(await invoke(run, in_thread=not self._is_async))

    @cached_property
    def _binding(self) -> "Binding":
        from agent_sdk.tools.binding import bind

        return bind(self._function, tool_name=self._declared.name, where=_where(self._function))

    @cached_property
    def _spec(self) -> ToolSpec:
        binding = self._binding
        return replace(
            self._declared,
            description=self._declared.description or binding.description,
            parameters=binding.parameters,
            result=binding.result,
        )


@overload
def tool(function: Callable[P, R], /) -> FunctionTool[P, R]: ...


@overload
def tool(
    *,
    name: str | None = None,
    version: str = "1.0.0",
    effects: Effects = "external",
    idempotent: bool = False,
    needs_approval: bool = False,
    sequential: bool = False,
    timeout_s: float | None = None,
    description: str | None = None,
) -> Callable[[Callable[P, R]], FunctionTool[P, R]]: ...


def tool(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    version: str = "1.0.0",
    effects: Effects = "external",
    idempotent: bool = False,
    needs_approval: bool = False,
    sequential: bool = False,
    timeout_s: float | None = None,
    description: str | None = None,
) -> FunctionTool[P, R] | Callable[[Callable[P, R]], FunctionTool[P, R]]:
    """Make a tool of a sync or async function.

    A first parameter annotated `RunContext` is given the context and is not in the schema. All others need an
    annotation; their descriptions come from the docstring (Google, NumPy or Sphinx style).

    Args:
        function: What to run.
        name: What models call it; the function's name by default.
        version: Semantic version of its schemas (https://semver.org).
        effects: `read` changes nothing, `write` changes state that the tool owns, `external` acts on the world.
        idempotent: Whether running it twice with one idempotency key has the effect of running it once.
        needs_approval: Whether a human has to agree to each call.
        sequential: Whether it runs alone.
        timeout_s: Seconds that a call may take; the runtime's default if None.
        description: What models read; the docstring up to its first section by default.

    Raises:
        DefinitionError: The function cannot be a tool; the message names file and line.
    """

    def decorate(function: Callable[P, R]) -> FunctionTool[P, R]:
        where = _where(function)
        declared = ToolSpec(
            name=name or getattr(function, "__name__", ""),
            description=description or "",
            parameters={},
            version=version,
            effects=effects,
            idempotent=idempotent,
            needs_approval=needs_approval,
            sequential=sequential,
            timeout_s=timeout_s,
        )
        check_declaration(declared, where)
        _check_signature(function, f"{where}: {declared.name}")
        return FunctionTool(function, declared=declared)

    return decorate if function is None else decorate(function)


def check_declaration(spec: ToolSpec, where: str) -> None:
    """Refuse names, versions and numbers that no tool may have.

    Raises:
        DefinitionError: One of them is wrong.
    """
    if not _NAME.fullmatch(spec.name):
        hint = f"At most {NAME_LENGTH_MAX_CHARS} letters, digits, `_`, `-` and `.`, beginning with a letter."
        raise DefinitionError(f"{where}: {spec.name!r} cannot be a tool's name", hint=hint)
    if not _VERSION.fullmatch(spec.version):
        msg = f"{where}: {spec.name} has the version {spec.version!r}"
        raise DefinitionError(msg, hint="Versions are MAJOR.MINOR.PATCH, see https://semver.org.")
    if spec.effects not in get_args(Effects):
        msg = f"{where}: {spec.name} has the effects {spec.effects!r}"
        raise DefinitionError(msg, hint=f"One of {', '.join(get_args(Effects))}.")
    if spec.timeout_s is not None and spec.timeout_s <= 0:
        raise DefinitionError(
            f"{where}: {spec.name} has no time to run", hint="timeout_s is seconds, above 0."
        )


def _check_signature(function: Callable[..., Any], owner: str) -> None:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise DefinitionError(f"{owner} is a generator", hint="Return the result; show progress by ctx.emit.")
    for index, parameter in enumerate(inspect.signature(function).parameters.values()):
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            msg = f"{owner} takes {parameter}"
            raise DefinitionError(msg, hint="Name each parameter: a model sees only what is named.")
        if parameter.annotation is inspect.Parameter.empty:
            msg = f"{owner} has a parameter {parameter.name} without annotation"
            hint = "Annotate it; of a method, make a tool of the bound one: tool(object.method)."
            raise DefinitionError(msg, hint=hint)
        # The first may be the context, which is passed by position: what it is shows when the types are read.
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY and index > 0:
            msg = f"{owner} has a positional-only parameter {parameter.name}"
            raise DefinitionError(msg, hint="Arguments come by name: remove the `/`.")


def _where(function: Callable[..., Any]) -> str:
    """`file.py:12` of a function, or what can be said instead."""
    inner = inspect.unwrap(function)
    while isinstance(inner, functools.partial):
        inner = inner.func
    code = getattr(inner, "__code__", None)
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}" if code else repr(function)
