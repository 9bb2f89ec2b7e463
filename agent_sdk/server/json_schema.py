"""JSON Schema 2020-12 of the contracts: dataclasses and typed dictionaries, read by their annotations.

Strict about what this version knows, open for what a later one adds: no object forbids more properties.
"""

import ast
import dataclasses
import inspect
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any, Final, Literal, NotRequired, TypeVar, Union, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

from agent_sdk.contracts.event_data import DATA_OF
from agent_sdk.contracts.events import STREAM_OF, Event

JsonSchema = dict[str, Any]

_SIMPLE: Final[Mapping[Any, JsonSchema]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    # Every whole number of the contract counts something.
    int: {"type": "integer", "minimum": 0},
    float: {"type": "number"},
    Decimal: {"type": "number"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    datetime: {"type": "string", "format": "date-time", "pattern": "Z$"},
    types.NoneType: {"type": "null"},
    Any: {},
}
_ULID: Final = "[0-7][0-9a-hjkmnp-tv-z]{25}"
_ENVELOPE: Final[Mapping[str, JsonSchema]] = {
    "id": {"type": "string", "pattern": f"^evt_{_ULID}$"},
    "seq": {"type": "integer", "minimum": 1},
    "run_id": {"type": "string", "pattern": f"^run_{_ULID}$"},
    "root_run_id": {"type": "string", "pattern": f"^run_{_ULID}$"},
    "attempt": {"type": "integer", "minimum": 1},
    "type": {"type": "string"},
    "data": {"type": "object"},
}
"""What the envelope of an event promises beyond the types of its fields."""


class Shapes:
    """The objects that schemas refer to, by name."""

    def __init__(self, refer: str) -> None:
        """Begin without any.

        Args:
            refer: What stands before a name in a reference, such as `#/$defs/`.
        """
        self._refer = refer
        self._kinds: dict[str, Any] = {}
        self.found: dict[str, JsonSchema] = {}

    def schema(self, kind: Any) -> JsonSchema:
        """The schema of a type; objects are kept in `found` and referred to.

        Raises:
            TypeError: There is no schema of such a type, or two types have one name.
        """
        if kind in _SIMPLE:
            return dict(_SIMPLE[kind])
        origin, arguments = get_origin(kind), get_args(kind)
        if is_object(origin or kind):
            return self._object(kind)
        if origin is Literal:
            return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
        if origin in {Union, types.UnionType}:
            return self._union(arguments)
        if origin is Mapping:
            return {"type": "object"}
        if origin in {Sequence, tuple}:
            return {"type": "array", "items": self.schema(arguments[0])}
        raise TypeError(f"no JSON Schema for {kind!r}")

    def event(self) -> JsonSchema:
        """The schema of an event's envelope, with the data of each type that is known."""
        envelope = self._properties(Event, {})
        for name, more in _ENVELOPE.items():
            described = envelope["properties"][name].get("description")
            envelope["properties"][name] = dict(more) | ({"description": described} if described else {})
        envelope["allOf"] = [
            {
                "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
                "then": {"properties": {"stream": {"const": STREAM_OF[kind]}, "data": self.schema(shape)}},
            }
            for kind, shape in DATA_OF.items()
        ]
        return envelope

    def _object(self, kind: Any) -> JsonSchema:
        of, name = dict(_parameters(kind)), name_of(kind)
        if self._kinds.setdefault(name, kind) != kind:
            raise TypeError(f"two shapes are named {name!r}")
        if name not in self.found:
            self.found[name] = {}  # it may refer to itself
            self.found[name] = self._properties(kind, of)
        return {"$ref": f"{self._refer}{name}"}

    def _properties(self, kind: Any, of: Mapping[Any, Any]) -> JsonSchema:
        plain = get_origin(kind) or kind
        described = descriptions(plain)
        properties: JsonSchema = {}
        for name, (hint, _) in fields(plain).items():
            properties[name] = self.schema(_filled(hint, of))
            if name in described:
                properties[name]["description"] = described[name]
        return {
            "description": inspect.cleandoc(plain.__doc__).replace("\n", " "),
            "type": "object",
            "properties": properties,
            "required": [name for name, (_, is_required) in fields(plain).items() if is_required],
        }

    def _union(self, members: Sequence[Any]) -> JsonSchema:
        if str in members and any(get_origin(member) is Literal for member in members):
            return {"type": "string"}  # known words, and words to come
        schemas = [self.schema(member) for member in members]
        names = [schema.get("type") for schema in schemas]
        if all(isinstance(name, str) for name in names) and all(
            schema.keys() <= {"type"} for schema in schemas
        ):
            return {"type": names}
        return {"anyOf": schemas}


def name_of(kind: Any) -> str:
    """The name that an object has among the shapes: `Page[Run]` is a `RunPage`."""
    return "".join(each.__name__ for each in (*get_args(kind), get_origin(kind) or kind))


def is_object(kind: Any) -> bool:
    """Whether it is a dataclass or a typed dictionary: what has a name and fields."""
    return dataclasses.is_dataclass(kind) or is_typeddict(kind)


def _parameters(kind: Any) -> Sequence[tuple[Any, Any]]:
    origin = get_origin(kind)
    return () if origin is None else tuple(zip(origin.__parameters__, get_args(kind), strict=True))


def _filled(hint: Any, of: Mapping[Any, Any]) -> Any:
    """A type with its variables replaced by what they stand for."""
    if isinstance(hint, TypeVar):
        return of[hint]
    if any(isinstance(argument, TypeVar) for argument in get_args(hint)):
        return hint[tuple(of.get(argument, argument) for argument in get_args(hint))]
    return hint


def fields(kind: Any) -> dict[str, tuple[Any, bool]]:
    """The type of each field, and whether it is always there."""
    hints = get_type_hints(kind, include_extras=True)
    if is_typeddict(kind):
        return {
            name: (get_args(hint)[0], False) if get_origin(hint) is NotRequired else (hint, True)
            for name, hint in hints.items()
        }
    defaults = {
        field.name
        for field in dataclasses.fields(kind)
        if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    }
    return {
        # A tag such as `type: Literal["text"] = "text"` is always written: readers choose by it.
        name: (hint, name not in defaults or (get_origin(hint) is Literal and len(get_args(hint)) == 1))
        for name, hint in hints.items()
    }


def descriptions(kind: Any) -> Mapping[str, str]:
    """The docstrings that stand below the fields of a class."""
    return _descriptions_of(kind.__module__).get(kind.__name__, {})


@cache
def _descriptions_of(module: str) -> Mapping[str, Mapping[str, str]]:
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:
        return {}  # installed without its source: the schema lacks descriptions, nothing else
    return {node.name: dict(_described(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _described(body: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement, after in pairwise(body.body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text = after.value if isinstance(after, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield statement.target.id, inspect.cleandoc(text.value).replace("\n", " ")
