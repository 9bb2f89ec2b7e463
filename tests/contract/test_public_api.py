"""What `agent_sdk` offers: the lists agree, and nobody takes away what somebody may use.

`pytest --update-golden` adds new names and signatures to `tests/golden/public_api.json`. What went is taken out of the
file by hand, together with a line in the changelog.
"""

import ast
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import agent_sdk
import agent_sdk.testing

FROZEN = Path(__file__).parents[1] / "golden" / "public_api.json"
PACKAGES = {"agent_sdk": agent_sdk, "agent_sdk.testing": agent_sdk.testing}

Members = dict[str, dict[str, str]]
"""Parameters by the name of a callable, each as its kind, with a question mark where it need not be given."""


def type_checking_imports(module: Any) -> dict[str, str]:
    """Where each name comes from that a type checker sees."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    blocks = [
        node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {
        alias.asname or alias.name: node.module or ""
        for block in blocks
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def parameters(function: Any) -> dict[str, str]:
    if getattr(function, "__init__", None) is Exception.__init__:
        return {"args": "variadic positional?"}
    return {
        each.name: each.kind.description + ("?" if _may_be_left_out(each) else "")
        for each in inspect.signature(function).parameters.values()
        if each.name != "self"
    }


def _may_be_left_out(parameter: inspect.Parameter) -> bool:
    return parameter.default is not parameter.empty or parameter.kind in {
        parameter.VAR_POSITIONAL,
        parameter.VAR_KEYWORD,
    }


def surface(thing: Any) -> Members:
    """A function's parameters, or those of a class and of its public methods; attributes have none."""
    if not inspect.isclass(thing):
        return {"()": parameters(thing)}
    members: Members = {} if getattr(thing, "_is_protocol", False) else {"()": parameters(thing)}
    for name, member in inspect.getmembers(thing):
        # What every exception and object has is not ours to freeze.
        if name.startswith("_") or any(name in vars(base) for base in (object, Exception, BaseException)):
            continue
        members[name] = parameters(member) if inspect.isfunction(member) else {}
    return members


def breaking(frozen: Members, current: Members) -> list[str]:
    """What somebody who relied on `frozen` loses."""
    problems: list[str] = []
    for member, wanted in frozen.items():
        if member not in current:
            problems.append(f"{member} is gone")
            continue
        now = current[member]
        problems += [f"{member}: {name} is gone" for name in wanted.keys() - now.keys()]
        problems += [
            f"{member}: {name} was {wanted[name]}, is {now[name]}"
            for name in wanted.keys() & now.keys()
            if now[name] not in {wanted[name], wanted[name] + "?"}
        ]
        problems += [
            f"{member}: {name} is required" for name in now.keys() - wanted.keys() if now[name][-1] != "?"
        ]
    return sorted(problems)


def everything() -> dict[str, Members]:
    return {
        f"{package}.{name}": surface(getattr(module, name))
        for package, module in PACKAGES.items()
        for name in module.__all__
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_listed_is_what_type_checkers_see(package: str) -> None:
    module = PACKAGES[package]
    assert sorted(module.__all__) == module.__all__
    assert set(module.__all__) == type_checking_imports(module).keys()


@pytest.mark.parametrize("package", PACKAGES)
def test_each_name_is_the_one_that_type_checkers_see(package: str) -> None:
    module = PACKAGES[package]
    for name, home in type_checking_imports(module).items():
        assert getattr(module, name) is getattr(importlib.import_module(home), name)


def test_everything_lazy_is_listed() -> None:
    lazy = subprocess.run(
        [sys.executable, "-c", "import agent_sdk; print(*(n for n in dir(agent_sdk) if n[0] != '_'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert set(agent_sdk.__all__) <= set(lazy)
    assert set(lazy) - set(agent_sdk.__all__) <= {"Any", "TYPE_CHECKING", "import_module"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'agent_sdk' has no attribute 'Agnet'"):
        agent_sdk.Agnet  # noqa: B018


def test_nothing_that_was_public_is_gone_or_harder_to_call(request: pytest.FixtureRequest) -> None:
    current = everything()
    frozen: dict[str, Members] = json.loads(FROZEN.read_text(encoding="utf-8")) if FROZEN.exists() else {}
    problems = [
        f"{name} {problem}"
        for name, members in frozen.items()
        for problem in (breaking(members, current[name]) if name in current else ["is gone"])
    ]
    assert problems == []
    if request.config.getoption("--update-golden"):
        FROZEN.write_text(json.dumps(current, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert sorted(current.keys() - frozen.keys()) == [] or request.config.getoption("--update-golden"), (
        "new names: run with --update-golden to protect them"
    )


@pytest.mark.parametrize(
    ("source", "problems"),
    [
        ("def f(a, *, b=1): ...", []),
        ("def f(a, *, b=1, c=2): ...", []),
        ("def f(a=0, *, b=1): ...", []),
        ("def f(a, *, b=1, c): ...", ["(): c is required"]),
        ("def f(a, *, b): ...", ["(): b was keyword-only?, is keyword-only"]),
        ("def f(a): ...", ["(): b is gone"]),
        ("def f(*, a, b=1): ...", ["(): a was positional or keyword, is keyword-only"]),
    ],
)
def test_the_check_tells_an_addition_from_a_break(source: str, problems: list[str]) -> None:
    names: dict[str, Any] = {}
    exec(source, names)
    before: Members = {"()": {"a": "positional or keyword", "b": "keyword-only?"}}
    assert breaking(before, surface(names["f"])) == problems
