"""What a function's types say: the schemas of its tool, and the checks of arguments and result.

Imported at a tool's first use, because pydantic is loaded here.
"""

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, PydanticUserError, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.fields import Field, FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind
from pydantic_core import ErrorDetails, PydanticSerializationError

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import DefinitionError, ToolArgumentsInvalid, ToolResultInvalid
from agent_sdk.contracts.messages import DocumentPart, ImagePart
from agent_sdk.ports.tool import RunContext, ToolOutput
from agent_sdk.tools import docstring
from agent_sdk.tools.output import to_output
from agent_sdk.tools.schema import Schema, closed, path_text, plain, problems_text

_NOT_IN_A_SCHEMA: Final = (ToolOutput, ImagePart, DocumentPart)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A function's parameters and result, ready to check values."""

    tool_name: str
    description: str
    parameters: Schema
    result: Schema | None
    takes_context: bool
    _names: Mapping[str, str]
    """Field of the model to parameter: parameters may have names that a model's field may not."""
    _model: type[BaseModel]
    _returns: TypeAdapter[Any] | None

    def arguments(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Check a model's arguments and convert them to the annotated types.

        Types are JSON's: no number is taken from a string, but a date, an enum or a UUID is.

        Raises:
            ToolArgumentsInvalid: They do not fit; the message says where and why.
        """
        try:
            data = encode(_whole_numbers(args))
            fields = self._model.__pydantic_validator__.validate_json(data, strict=True, extra="forbid")
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            problems = [f"{path_text(each['loc'])}: {_problem(each)}" for each in found]
            msg = f"the arguments of {self.tool_name} do not fit: {problems_text(problems)}"
            raise ToolArgumentsInvalid(
                msg, hint="Call it again with arguments that fit its schema."
            ) from error
        except (TypeError, ValueError) as error:
            msg = f"the arguments of {self.tool_name} are not JSON: {error}"
            raise ToolArgumentsInvalid(
                msg, hint="Call it again with arguments that fit its schema."
            ) from error
        return {name: getattr(fields, field) for field, name in self._names.items()}

    def output(self, returned: Any) -> ToolOutput:
        """Check a result against the return annotation, where there is one, and write it as JSON.

        Raises:
            ToolResultInvalid: It does not fit, or has no JSON form.
        """
        if self._returns is None:
            return to_output(returned)
        try:
            checked = self._returns.validate_python(returned, strict=True)
            return to_output(self._returns.dump_python(checked, mode="json", warnings="error"))
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
            problems = problems_text([f"{path_text(each['loc'])}: {each['msg']}" for each in found])
        except PydanticSerializationError as error:
            problems = str(error)
        msg = f"{self.tool_name} returned what its annotation does not allow: {problems}"
        raise ToolResultInvalid(msg, hint="Correct the tool, or its return annotation.")


def bind(function: Callable[..., Any], *, tool_name: str, where: str) -> Binding:
    """Read the types of `function`; `where` is its file and line, for errors.

    Raises:
        DefinitionError: An annotation cannot be resolved, or has no JSON Schema.
    """
    try:
        signature = inspect.signature(function, eval_str=True)
    except (NameError, TypeError, AttributeError, SyntaxError) as error:
        msg = f"{where}: an annotation of {tool_name} cannot be resolved: {error}"
        raise DefinitionError(
            msg, hint="Import or define the type at module level, outside TYPE_CHECKING."
        ) from error
    takes_context, parameters = _split_context(list(signature.parameters.values()), f"{where}: {tool_name}")
    words = docstring.parse(function.__doc__)
    try:
        model = _model(function, tool_name, parameters, words.parameters)
        schema = closed(plain(model.model_json_schema(schema_generator=_Generator)))
        returns = _returns(signature.return_annotation)
        result = _result_schema(returns) if returns else None
    except (PydanticUserError, NameError, TypeError) as error:
        reason = error.message if isinstance(error, PydanticUserError) else error
        msg = f"{where}: {tool_name} has an annotation without a JSON Schema: {reason}"
        raise DefinitionError(
            msg, hint="Use JSON types, dataclasses, pydantic models, enums or dates."
        ) from error
    # The function's words are the tool's description, not its parameters'.
    schema.pop("description", None)
    return Binding(
        tool_name=tool_name,
        description=words.description,
        parameters={"type": "object", "properties": {}, **schema},
        result=result,
        takes_context=takes_context,
        _names={_field(index): each.name for index, each in enumerate(parameters)},
        _model=model,
        _returns=returns,
    )


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, made strict: a union never silently loses a member that has no schema."""

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        # A default that JSON cannot say is only left out.
        if kind != "non-serializable-default":
            raise PydanticInvalidForJsonSchema(detail)


def _split_context(parameters: list[inspect.Parameter], owner: str) -> tuple[bool, list[inspect.Parameter]]:
    takes_context = bool(parameters) and _is_context(parameters[0].annotation)
    rest = parameters[1:] if takes_context else parameters
    for parameter in rest:
        if _is_context(parameter.annotation):
            msg = f"{owner} takes its RunContext as {parameter.name}"
            raise DefinitionError(msg, hint="Make the context the first parameter.")
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            msg = f"{owner} has a positional-only parameter {parameter.name}"
            raise DefinitionError(msg, hint="Arguments come by name: remove the `/`.")
    return takes_context, rest


def _is_context(annotation: Any) -> bool:
    kind = typing.get_origin(annotation) or annotation
    return isinstance(kind, type) and RunContext in kind.__mro__


def _field(index: int) -> str:
    return f"parameter_{index}"


def _model(
    function: Callable[..., Any],
    tool_name: str,
    parameters: list[inspect.Parameter],
    words: Mapping[str, str],
) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for index, parameter in enumerate(parameters):
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        described = any(
            isinstance(each, FieldInfo) and each.description
            for each in (default, *getattr(parameter.annotation, "__metadata__", ()))
        )
        name = parameter.name
        field = Field(alias=name) if described else Field(alias=name, description=words.get(name))
        fields[_field(index)] = (Annotated[parameter.annotation, field], default)
    return create_model(tool_name, __module__=function.__module__, **fields)


def _returns(annotation: Any) -> TypeAdapter[Any] | None:
    if annotation is inspect.Signature.empty or annotation is Any or _mentions(annotation, _NOT_IN_A_SCHEMA):
        return None
    return TypeAdapter(annotation)


def _result_schema(returns: TypeAdapter[Any]) -> Schema:
    # A result is written, not read: a model that keeps what it does not know writes that, too, and stays open.
    schema = plain(returns.json_schema(schema_generator=_Generator, mode="serialization"))
    return closed(schema, keep_open=True)


def _mentions(annotation: Any, kinds: tuple[type, ...]) -> bool:
    return annotation in kinds or any(_mentions(each, kinds) for each in typing.get_args(annotation))


def _whole_numbers(value: Any) -> Any:
    """Write 3.0 as 3: JSON Schema counts it as an integer, and some models send it."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        items = typing.cast("Mapping[str, Any]", value).items()
        return {key: _whole_numbers(each) for key, each in items}
    if isinstance(value, list):
        return [_whole_numbers(each) for each in typing.cast("list[Any]", value)]
    return value


def _problem(error: ErrorDetails) -> str:
    if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return "unknown argument"
    if error["type"] in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return "required, but missing"
    if error["type"] == "union_tag_invalid":
        # The library's sentence repeats what was sent.
        return f"has a tag other than {error.get('ctx', {}).get('expected_tags')}"
    return error["msg"]
