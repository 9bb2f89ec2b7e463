"""Checking values against schemas that are given (JSON Schema 2020-12), by strangers perhaps.

Only tools whose schema is given load this: what it imports takes a tenth of a second.
"""

import json
from collections.abc import Generator, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, cast

from jsonschema import Draft202012Validator, FormatChecker, SchemaError, ValidationError, validators
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.errors import DefinitionError
from agent_sdk.tools.pattern import fits, is_pattern
from agent_sdk.tools.schema import Schema, path_text, problems_text

_REFERENCES: Final = ("$ref", "$dynamicRef")
_NAMES_PROPERTIES: Final = frozenset({"required", "dependentRequired", "unevaluatedProperties"})
"""Keywords whose messages tell names of properties. Those of others repeat the value."""
_TOO_MUCH: Final = "(root): cannot be checked: it is nested too deeply, or a number is too large"


class Checker:
    """Checks values against a schema of draft 2020-12, whatever dialect it claims to be; `of` names it in errors.

    References are followed within the schema only: nothing is fetched from a network or read from a file.

    Raises:
        DefinitionError: `schema` is not such a schema, or refers to what it does not hold.
    """

    def __init__(self, schema: Mapping[str, Any], *, of: str) -> None:
        try:
            plain = cast("Schema", _json(dict(schema)))
        except (TypeError, ValueError, RecursionError) as error:
            raise _not_a_schema(of, f"it is not JSON: {error}") from error
        plain.pop("$schema", None)
        try:
            _VALIDATOR.check_schema(plain, format_checker=_FORMATS)
            _check_reach(plain)
        except SchemaError as error:
            raise _not_a_schema(of, f"{path_text(error.absolute_path)}: {error.message}") from error
        except (Unresolvable, LookupError, TypeError, ValueError) as error:
            raise _not_a_schema(of, str(error)) from error
        except RecursionError as error:
            raise _not_a_schema(of, "it is nested too deeply") from error
        self._validator = _VALIDATOR(plain, registry=_NOTHING_ELSE)

    def problems(self, value: Any) -> str:
        """What is wrong with `value`, in one bounded line without the value (it may be a secret); empty if it fits."""
        try:
            plain = _json(value)
        except (TypeError, ValueError, RecursionError):  # a number, a text or a type that JSON lacks
            return "(root): must be JSON"
        try:
            errors: list[ValidationError] = list(self._validator.iter_errors(plain))
        except (RecursionError, OverflowError):
            return _TOO_MUCH
        errors.sort(key=lambda error: [str(key) for key in error.absolute_path])
        return problems_text([f"{path_text(error.absolute_path)}: {_problem(error)}" for error in errors])


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())


def _not_a_schema(of: str, reason: str) -> DefinitionError:
    text = problems_text([f"{of} is not a JSON Schema: {reason}"])
    return DefinitionError(text, hint="https://json-schema.org/draft/2020-12")


def _problem(error: ValidationError) -> str:
    keyword = str(error.validator) if error.validator else ""  # a schema that is `false` has none
    if keyword in _NAMES_PROPERTIES:
        return error.message
    return f"must fit {keyword} {encode(error.validator_value).decode()}" if keyword else "is not allowed"


def _check_reach(schema: Schema) -> None:
    """Require that every reference leads to a schema within, and that the keywords below judge all of them."""
    root: Resource[Any] = DRAFT202012.create_resource(schema)
    found = list(_schemas(root, _NOTHING_ELSE.resolver_with_root(root)))
    within = {id(each) for each, _ in found}
    for each, resolver in found:
        for reference in (each[keyword] for keyword in _REFERENCES if keyword in each):
            target = resolver.lookup(reference).contents
            if not isinstance(target, bool) and id(target) not in within:
                raise ValueError(f"{reference} is not a schema within it")
    keywords = {keyword for each, _ in found for keyword in each}
    if {"patternProperties", "unevaluatedProperties"} <= keywords:
        # The library would search with an engine whose time has no bound.
        raise ValueError("patternProperties and unevaluatedProperties are not supported together")


def _schemas(resource: "Resource[Any]", resolver: Any) -> Iterable[tuple[Schema, Any]]:
    """Every schema within, and the resolver of its references."""
    if isinstance(resource.contents, bool):
        return
    resolver = resolver.in_subresource(resource)
    yield resource.contents, resolver
    for each in resource.subresources():
        if "$schema" in _names(each.contents):
            raise ValueError("a schema of another dialect within is not supported")
        yield from _schemas(each, resolver)


# --- keywords of our own: patterns are searched in bounded time, and a forbidden property is told by its name --------

_Errors = Generator[ValidationError]


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Schema) -> _Errors:
    if isinstance(value, str) and not fits(pattern, value):
        yield ValidationError("does not fit")


def _properties(validator: Any, rules: Schema, value: Any, _schema: Schema) -> _Errors:
    for name in rules.keys() & _names(value):
        yield from _property(validator, rules[name], value, name)


def _pattern_properties(validator: Any, rules: Schema, value: Any, _schema: Schema) -> _Errors:
    for name in _names(value):
        for pattern in rules:
            if fits(pattern, name):
                yield from _property(validator, rules[pattern], value, name)


def _additional_properties(validator: Any, rule: Any, value: Any, schema: Schema) -> _Errors:
    patterns = schema.get("patternProperties", ())
    for name in _names(value) - schema.get("properties", {}).keys():
        if not any(fits(pattern, name) for pattern in patterns):
            yield from _property(validator, rule, value, name)


def _property(validator: Any, rule: Any, value: Schema, name: str) -> _Errors:
    for error in validator.descend(value[name], rule):
        error.path.appendleft(name)  # `descend` would not, where the rule is `false`
        yield error


def _names(value: Any) -> AbstractSet[str]:
    return cast("Schema", value).keys() if isinstance(value, dict) else frozenset()


_NOTHING_ELSE: Final[Registry[Any]] = Registry()
_FORMATS: Final = FormatChecker(formats=())
_FORMATS.checks("regex")(is_pattern)
_VALIDATOR: Final[Any] = cast("Any", validators).extend(
    Draft202012Validator,
    {
        "pattern": _pattern,
        "properties": _properties,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    },
)
