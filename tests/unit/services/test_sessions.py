"""Sessions: read with `read`, deleted with `write`."""

import pytest

from agent_sdk.contracts.messages import Message, TextPart
from agent_sdk.contracts.page import PageRequest
from agent_sdk.contracts.platform_errors import NotFound, PermissionRefused
from agent_sdk.contracts.scope import ORG_DEFAULT
from agent_sdk.ports.records import SessionQuery
from agent_sdk.services.sessions import Sessions
from tests.unit.services.kit import OTHER_ORG, SessionShelf, scope

SAID = Message(id="msg_1", role="user", parts=(TextPart(text="hi"),))


def sessions() -> Sessions:
    return Sessions(SessionShelf({(ORG_DEFAULT, "ses_1"): [SAID]}))


async def test_a_viewer_reads_sessions_and_may_not_delete_them() -> None:
    kept, viewer = sessions(), scope("viewer")
    assert [each.id for each in (await kept.list(viewer, SessionQuery(), PageRequest())).data] == ["ses_1"]
    assert (await kept.get(viewer, "ses_1")).id == "ses_1"
    assert (await kept.messages(viewer, "ses_1", PageRequest())).data == [SAID]
    with pytest.raises(PermissionRefused):
        await kept.erase(viewer, "ses_1")


async def test_a_deleted_session_is_not_found() -> None:
    kept, developer = sessions(), scope("developer")
    await kept.erase(developer, "ses_1")
    with pytest.raises(NotFound):
        await kept.get(developer, "ses_1")


async def test_another_organisations_session_is_not_found() -> None:
    stranger = scope("admin", OTHER_ORG)
    kept = sessions()
    for asked in (
        kept.get(stranger, "ses_1"),
        kept.messages(stranger, "ses_1", PageRequest()),
        kept.erase(stranger, "ses_1"),
    ):
        with pytest.raises(NotFound):
            await asked
