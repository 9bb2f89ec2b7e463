"""Approvals: seen with `read`, decided with `write`."""

import pytest

from agent_sdk.contracts.approval import Approval
from agent_sdk.contracts.errors import InvalidInput
from agent_sdk.contracts.page import PageRequest
from agent_sdk.contracts.platform_errors import NotFound, PermissionRefused
from agent_sdk.services.approvals import REASON_LENGTH_MAX_CHARS, Approvals
from agent_sdk.testing.fakes import START
from tests.unit.services.kit import OTHER_ORG, ApprovalShelf, scope

ASKED = Approval(
    id="call_1",
    run_id="run_1",
    root_run_id="run_1",
    session_id="ses_1",
    agent="support",
    tool="refund",
    args={"amount": 100},
    args_hash="0" * 64,
    status="pending",
    requested_at=START,
)


def approvals() -> Approvals:
    return Approvals(ApprovalShelf(ASKED))


async def test_a_viewer_sees_what_waits_and_may_not_decide() -> None:
    kept, viewer = approvals(), scope("viewer")
    assert (await kept.list(viewer, pending=True, page=PageRequest())).data == [ASKED]
    assert await kept.get(viewer, "call_1") == ASKED
    with pytest.raises(PermissionRefused):
        await kept.decide(viewer, "call_1", "approve")


async def test_a_decision_carries_edited_arguments_a_reason_and_who_decided() -> None:
    kept, developer = approvals(), scope("developer")
    decided = await kept.decide(developer, "call_1", "approve", args={"amount": 50}, reason="half of it")
    assert (decided.status, decided.edited_args, decided.decision_reason, decided.decided_by) == (
        "approved",
        {"amount": 50},
        "half of it",
        developer.principal,
    )
    assert (await kept.list(developer, pending=True, page=PageRequest())).data == []
    assert len((await kept.list(developer, pending=False, page=PageRequest())).data) == 1


async def test_arguments_for_a_denied_call_and_endless_reasons_are_refused() -> None:
    kept, developer = approvals(), scope("developer")
    with pytest.raises(InvalidInput, match="takes no arguments"):
        await kept.decide(developer, "call_1", "deny", args={"amount": 50})
    with pytest.raises(InvalidInput, match="longer than"):
        await kept.decide(developer, "call_1", "deny", reason="x" * (REASON_LENGTH_MAX_CHARS + 1))
    assert (await kept.get(developer, "call_1")).status == "pending"


async def test_another_organisations_approval_is_not_found() -> None:
    kept, stranger = approvals(), scope("admin", OTHER_ORG)
    with pytest.raises(NotFound):
        await kept.get(stranger, "call_1")
    with pytest.raises(NotFound):
        await kept.decide(stranger, "call_1", "approve")
