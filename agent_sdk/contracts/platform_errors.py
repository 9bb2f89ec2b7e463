"""The platform's part of the one tree of errors; `agent_sdk.contracts.errors` has the rest.

AgentSDKError
├── AccessError                  who asks may not, or is not known
│   ├── Unauthenticated
│   │   └── SignInRefused        a sign-in code that is not, or no longer, good
│   ├── PermissionRefused
│   └── HostRefused              a Host or Origin that is not this server's
├── NotFound                     there is no such thing in the caller's organisation
├── Conflict                     the thing is in a state that does not allow it
│   ├── SessionBusy
│   ├── ApprovalNeeded           a tool is to be tried that a human has to approve
│   └── KeyInProgress            a request with the same Idempotency-Key is at work
├── IdempotencyMismatch          the same Idempotency-Key with another request
├── CursorExpired                what the cursor points at is past its retention
├── AdmissionRefused             too much is waiting; carries `retry_after_s`
│   └── SignInThrottled          too many sign-in codes that were none
├── NondeterminismError          a run does not repeat what its journal says
├── LeaseLost                    another worker owns the run; signals a worker to stop
└── StoreError                   the store does not answer; carries `retry_after_s`
    ├── StoreFull
    ├── StoreLocked
    ├── StoreCorrupt
    └── StoreOutdated            its schema is not this version's
"""

from agent_sdk.contracts.errors import AgentSDKError


class AccessError(AgentSDKError):
    """Access was refused."""

    code = "ASDK-ACC-001"


class Unauthenticated(AccessError):
    """No valid key was shown."""

    code = "ASDK-ACC-002"
    hint = "Send `Authorization: Bearer <key>`; `agent-sdk keys create` makes one."


class SignInRefused(Unauthenticated):
    """The sign-in code was used before, has expired, or was never made by this server."""

    code = "ASDK-ACC-005"
    hint = "A code is good once, for ten minutes, until the server ends: take the newest one, or paste a key."


class PermissionRefused(AccessError):
    """The key may not do this."""

    code = "ASDK-ACC-003"
    hint = "Use a key of another role: viewer reads, developer runs, admin manages keys."


class HostRefused(AccessError):
    """The server does not answer to that host or origin."""

    code = "ASDK-ACC-004"
    hint = "Add it to AGENT_SDK_ALLOWED_HOSTS if it is yours."


class NotFound(AgentSDKError):
    """There is no such thing."""

    code = "ASDK-RES-001"
    hint = "Check the id, and that the key belongs to the right organisation."


class Conflict(AgentSDKError):
    """Its state does not allow this."""

    code = "ASDK-RES-002"
    hint = "Read it again: it has moved on."


class SessionBusy(Conflict):
    """Another run is at work in the session."""

    code = "ASDK-RES-003"
    hint = "Wait for it, or send on_busy = enqueue or interrupt."


class ApprovalNeeded(Conflict):
    """A human has to approve this call."""

    code = "ASDK-RES-004"
    hint = "Look at the arguments, and send `approve: true` where the call may run."


class KeyInProgress(Conflict):
    """A request with this Idempotency-Key is still at work."""

    code = "ASDK-IDM-001"
    retryable = True
    hint = "Repeat it in a moment."


class IdempotencyMismatch(AgentSDKError):
    """This Idempotency-Key was used for another request."""

    code = "ASDK-IDM-002"
    hint = "Use a new key for each new request."


class CursorExpired(AgentSDKError):
    """What the cursor points at is past its retention."""

    code = "ASDK-EVT-002"
    hint = "Begin again without a cursor."


class AdmissionRefused(AgentSDKError):
    """Too much is waiting already."""

    code = "ASDK-ADM-001"
    retryable = True
    hint = "Repeat it after `Retry-After` seconds; nothing was begun."
    retry_after_s: float = 1.0


class SignInThrottled(AdmissionRefused):
    """Too many sign-in codes from there were refused."""

    code = "ASDK-ADM-002"
    hint = "Wait for `Retry-After` seconds, or paste a key."


class NondeterminismError(AgentSDKError):
    """The run does not repeat what its journal says."""

    code = "ASDK-RPL-001"
    hint = "The agent, its tools or their versions have changed since."


class LeaseLost(AgentSDKError):
    """Another worker owns the run."""

    code = "ASDK-RUN-006"


class StoreError(AgentSDKError):
    """The store failed."""

    code = "ASDK-STO-001"
    retryable = True
    hint = "Look at /ready and at the log of the server."
    retry_after_s: float = 2.0


class StoreFull(StoreError):
    """There is no room left where the store is."""

    code = "ASDK-STO-002"
    hint = "Make room on the disk; runs go on by themselves then."


class StoreLocked(StoreError):
    """Another program holds the store."""

    code = "ASDK-STO-003"
    hint = "Look for a program that has the file open, such as a database browser in a transaction."


class StoreCorrupt(StoreError):
    """The file is no store, or is damaged."""

    code = "ASDK-STO-004"
    retryable = False
    hint = "Restore a backup, or point store_url to another file; nothing was written to this one."


class StoreOutdated(StoreError):
    """The store's schema is not that of this version."""

    code = "ASDK-STO-005"
    retryable = False
    hint = "Run `agent-sdk db upgrade`."
