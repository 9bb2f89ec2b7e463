"""What routes read and answer beside the contracts themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from agent_sdk.contracts.api_key import ApiKey
from agent_sdk.contracts.approval import Verdict
from agent_sdk.contracts.scope import Role
from agent_sdk.services.approvals import REASON_LENGTH_MAX_CHARS
from agent_sdk.services.catalog import ModelInfo
from agent_sdk.services.keys import NAME_LENGTH_MAX_CHARS

Reason = Annotated[str, msgspec.Meta(max_length=REASON_LENGTH_MAX_CHARS, description="Told to the model.")]
Args = Annotated[
    dict[str, Any],
    msgspec.Meta(description="Arguments to run it with instead of those that were asked for."),
]
KeyName = Annotated[
    str, msgspec.Meta(min_length=1, max_length=NAME_LENGTH_MAX_CHARS, description="What it is for.")
]
End = Annotated[datetime, msgspec.Meta(tz=True, description="When it ends by itself; never, by default.")]


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing."""


class DecisionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a human says about a tool call."""

    decision: Verdict
    args: Args | None = None
    reason: Reason | None = None


class InvokeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tool to try."""

    args: Annotated[dict[str, Any], msgspec.Meta(description="Its arguments, as its schema has them.")]
    approve: Annotated[bool, msgspec.Meta(description="Agrees to a call that a human has to approve.")] = (
        False
    )


class KeyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to make."""

    name: KeyName
    role: Role = "developer"
    expires_at: End | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMade:
    """A key that was just made."""

    key: ApiKey
    secret: str | None
    """`asdk_…`, told this one time; null where an Idempotency-Key replays the answer, because it is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The models that are named by this server's configuration, and what others can be named."""

    data: Sequence[ModelInfo]
    providers: Sequence[str]
    """Installed providers: any model of theirs can be named as `provider:model`."""
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMeta:
    """Where runs are kept."""

    kind: str
    """Name of the adapter, such as `sqlite`."""
    durability: Literal["process", "power"] | None
    """What a committed event survives: the end of the process, or the loss of power, too; null where the database
    decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsMeta:
    """Bounds that a client meets."""

    page_max_count: int
    """Items of a page."""
    body_size_max_bytes: int
    """Of a request."""
    heartbeat_interval_s: float
    """At most so long is an event stream silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What this server is."""

    name: str
    version: str
    """Of the software."""
    api_version: str
    min_client: str
    """The oldest version of this project's clients that is served."""
    features: Sequence[str]
    """What it can do, by name; more come with later versions."""
    store: StoreMeta
    limits: LimitsMeta


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """That the server lives."""

    status: Literal["ok"] = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether the server can do its work, and which part of it cannot."""

    status: Literal["ready", "unavailable"]
    checks: Mapping[str, str]
    """`ok`, or the code of what is wrong, for each part: `store`, `worker`."""
