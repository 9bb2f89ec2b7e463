"""What the user said about themselves, and how to say it back."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

FACT_LENGTH_MAX_CHARS: Final = 200
_NAME: Final = re.compile(
    r"\b(?:my name is|my name's|i am called|i'm called|call me|i am|i'm)\s+"
    r"(?P<name>[A-Z][\w'-]*(?:\s+[A-Z][\w'-]*){0,3})"
)
_NAME_ANY_CASE: Final = re.compile(r"\b(?:my name is|my name's|call me)\s+(?P<name>[\w'-]+)", re.IGNORECASE)
_MINE: Final = re.compile(
    r"\bmy\s+(?P<what>[a-z][\w ]{1,40}?)\s+(?:is|are|was)\s+(?P<value>.+)", re.IGNORECASE
)
_DOING: Final = re.compile(
    r"^i\s+(?P<what>live in|work at|work as|work for|like|love|hate|come from|prefer)\s+(?P<value>.+)",
    re.IGNORECASE,
)
_REMEMBER: Final = re.compile(
    r"\bremember(?: that)?:?\s+(?P<value>(?!me\b|my name\b|what\b).+)", re.IGNORECASE
)
_ASKED_MINE: Final = re.compile(r"\b(?:what|who)(?:'s| is| are| was)\s+my\s+(?P<what>[\w ]+)", re.IGNORECASE)
_ASKED_DOING: Final = re.compile(
    r"\b(?:what|where|who|whom) do i (?P<what>live|work|like|love|hate|come from|prefer)\b", re.IGNORECASE
)
_ASKED_ALL: Final = re.compile(
    r"\bwhat (?:do|did|can) you (?:know|remember|recall)|\bwhat (?:have i told|did i tell) you\b",
    re.IGNORECASE,
)
_WHO_AM_I: Final = re.compile(r"\bwho am i\b|\bdo you (?:know|remember) (?:my name|me)\b", re.IGNORECASE)


def learn(text: str) -> dict[str, str]:
    """Facts in one statement: `name`, `my …`, `i …`, or the sentence after "remember"."""
    if named := _NAME.search(
        text.replace("My name", "my name").replace("I am", "i am").replace("I'm", "i'm")
    ):
        return {"name": named["name"]}
    if named := _NAME_ANY_CASE.search(text):
        return {"name": named["name"].title()}
    if mine := _MINE.search(text):
        return {f"my {mine['what'].lower()}": _value(mine["value"])}
    if doing := _DOING.search(text):
        return {f"i {doing['what'].lower()}": _value(doing["value"])}
    if remember := _REMEMBER.search(text):
        return {_value(remember["value"]): ""}
    return {}


def collect(statements: Iterable[str]) -> dict[str, str]:
    """Facts of many statements; the later ones win."""
    facts: dict[str, str] = {}
    for statement in statements:
        facts |= learn(statement)
    return facts


def acknowledge(facts: Mapping[str, str]) -> str:
    """Confirm what was just learned."""
    if "name" in facts:
        return f"Nice to meet you, {facts['name']}."
    return f"I will remember that {_sentence(facts)}."


def recall(question: str, facts: Mapping[str, str]) -> str | None:
    """Answer a question about what was said, or None when it is about something else."""
    if _ASKED_ALL.search(question):
        return (
            f"You told me that {_sentence(facts)}."
            if facts
            else "You have not told me anything about you yet."
        )
    if _WHO_AM_I.search(question):
        return _say_name(facts)
    if mine := _ASKED_MINE.search(question):
        what = mine["what"].strip().lower()
        if what == "name":
            return _say_name(facts)
        value = facts.get(f"my {what}")
        return f"You have not told me your {what}." if value is None else f"Your {what} is {value}."
    if doing := _ASKED_DOING.search(question):
        verb = doing["what"].lower()
        found = [f"you {key[2:]} {value}" for key, value in facts.items() if key.startswith(f"i {verb}")]
        return f"{_capital(found[0])}." if found else "You have not told me that."
    return None


def _say_name(facts: Mapping[str, str]) -> str:
    return f"Your name is {facts['name']}." if "name" in facts else "You have not told me your name."


def _sentence(facts: Mapping[str, str]) -> str:
    return " and that ".join(_clause(key, value) for key, value in facts.items())


def _clause(key: str, value: str) -> str:
    if key == "name":
        return f"your name is {value}"
    if key.startswith("my "):
        return f"your {key[3:]} is {value}"
    return f"you {key[2:]} {value}" if value else key


def _value(text: str) -> str:
    return text.strip(" .!\n")[:FACT_LENGTH_MAX_CHARS]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
