"""API keys: made once, shown once, ended at once."""

import re
from datetime import timedelta

import pytest

from agent_sdk.contracts.errors import ConfigError, InvalidInput
from agent_sdk.contracts.page import PageRequest
from agent_sdk.contracts.platform_errors import Conflict, NotFound, PermissionRefused, Unauthenticated
from agent_sdk.contracts.scope import LOCAL, ORG_DEFAULT, Role
from agent_sdk.services.keys import CACHE_MAX_COUNT, CACHE_TTL_S, NAME_LENGTH_MAX_CHARS
from tests.unit.services.kit import OTHER_ORG, KeyDesk, scope

ADMIN = scope("admin")


async def test_a_secret_is_43_random_characters_behind_a_prefix_and_only_its_digest_is_kept() -> None:
    desk = KeyDesk()
    made = await desk.keys.create(ADMIN, name="ci", role="developer")
    another = await desk.keys.create(ADMIN, name="ci", role="developer")
    assert re.fullmatch(r"asdk_[A-Za-z0-9_-]{43}", made.secret)
    assert made.secret != another.secret
    assert made.secret.startswith(made.key.prefix)
    assert made.secret not in repr(desk.shelf)
    assert made.secret not in repr(vars(desk.keys))


@pytest.mark.parametrize(
    ("role", "grants"),
    [("viewer", {"read"}), ("developer", {"read", "write"}), ("admin", {"read", "write", "admin"})],
)
async def test_whoever_shows_a_secret_has_its_keys_organisation_and_role(
    role: Role, grants: set[str]
) -> None:
    desk = KeyDesk()
    made = await desk.keys.create(LOCAL, name="theirs", role=role, org_id=OTHER_ORG)
    found = await desk.keys.authenticate(made.secret)
    assert (found.org_id, found.principal, set(found.grants)) == (OTHER_ORG, made.key.id, grants)


@pytest.mark.parametrize("secret", ["", "asdk_", "asdk_" + "a" * 43, "with \udcff surrogate"])
async def test_an_unknown_secret_is_refused(secret: str) -> None:
    desk = KeyDesk(bootstrap="the configured one")
    with pytest.raises(Unauthenticated):
        await desk.keys.authenticate(secret)


async def test_the_configured_key_administers_the_default_organisation_and_is_not_in_the_store() -> None:
    desk = KeyDesk(bootstrap="any string at all")
    found = await desk.keys.authenticate("any string at all")
    assert (found.org_id, "admin" in found.grants) == (ORG_DEFAULT, True)
    assert desk.shelf.finds == 0
    assert "any string at all" not in repr(vars(desk.keys))


async def test_blanks_around_the_configured_key_do_not_count() -> None:
    desk = KeyDesk(bootstrap=" pasted with blanks\n")
    assert (await desk.keys.authenticate("pasted with blanks")).org_id == ORG_DEFAULT


@pytest.mark.parametrize("secret", ["", "  ", "schlüssel", "two\nlines", "x" * 513])
def test_a_configured_key_that_no_header_can_carry_is_refused(secret: str) -> None:
    with pytest.raises(ConfigError, match="cannot be sent"):
        KeyDesk(bootstrap=secret)


async def test_a_revoked_key_is_refused_at_once_here_and_in_other_processes_after_five_seconds() -> None:
    desk = KeyDesk()
    other = desk.process()
    made = await desk.keys.create(ADMIN, name="ci", role="developer")
    for process in (desk.keys, other):
        await process.authenticate(made.secret)
    await desk.keys.revoke(ADMIN, made.key.id)
    with pytest.raises(Unauthenticated, match="revoked"):
        await desk.keys.authenticate(made.secret)
    desk.clock.advance(CACHE_TTL_S)
    with pytest.raises(Unauthenticated, match="revoked"):
        await other.authenticate(made.secret)


async def test_a_key_that_expires_is_refused_from_that_moment_although_it_was_just_used() -> None:
    desk = KeyDesk()
    end = desk.clock.now() + timedelta(seconds=2)
    made = await desk.keys.create(ADMIN, name="ci", role="developer", expires_at=end)
    await desk.keys.authenticate(made.secret)
    desk.clock.advance(2)
    with pytest.raises(Unauthenticated, match="expired"):
        await desk.keys.authenticate(made.secret)


async def test_the_store_is_asked_once_in_five_seconds_for_a_known_key() -> None:
    desk = KeyDesk()
    made = await desk.keys.create(ADMIN, name="ci", role="developer")
    for _ in range(3):
        await desk.keys.authenticate(made.secret)
    assert desk.shelf.finds == 1
    desk.clock.advance(CACHE_TTL_S)
    await desk.keys.authenticate(made.secret)
    assert desk.shelf.finds == 2


async def test_more_keys_than_the_cache_holds_still_work() -> None:
    desk = KeyDesk()
    first = await desk.keys.create(ADMIN, name="first", role="viewer")
    await desk.keys.authenticate(first.secret)
    for number in range(CACHE_MAX_COUNT):
        made = await desk.keys.create(ADMIN, name=str(number), role="viewer")
        await desk.keys.authenticate(made.secret)
    finds = desk.shelf.finds
    await desk.keys.authenticate(first.secret)
    assert desk.shelf.finds == finds + 1


async def test_rotating_gives_a_new_secret_with_the_same_name_role_and_end_and_ends_the_old_one() -> None:
    desk = KeyDesk()
    desk.shelf.page_max = 1  # the old key is not on the first page
    end = desk.clock.now() + timedelta(days=1)
    old = await desk.keys.create(ADMIN, name="ci", role="viewer", expires_at=end)
    await desk.keys.create(ADMIN, name="another", role="viewer")
    new = await desk.keys.rotate(ADMIN, old.key.id)
    assert (new.key.name, new.key.role, new.key.expires_at) == ("ci", "viewer", end)
    assert (await desk.keys.authenticate(new.secret)).principal == new.key.id
    with pytest.raises(Unauthenticated):
        await desk.keys.authenticate(old.secret)


async def test_a_key_that_has_ended_is_not_rotated() -> None:
    desk = KeyDesk()
    end = desk.clock.now() + timedelta(seconds=1)
    revoked = await desk.keys.create(ADMIN, name="ci", role="viewer")
    expired = await desk.keys.create(ADMIN, name="ci", role="viewer", expires_at=end)
    await desk.keys.revoke(ADMIN, revoked.key.id)
    desk.clock.advance(1)
    for made in (revoked, expired):
        with pytest.raises(Conflict):
            await desk.keys.rotate(ADMIN, made.key.id)
    assert len(desk.shelf.keys) == 2


async def test_another_organisations_key_is_not_found() -> None:
    desk = KeyDesk()
    made = await desk.keys.create(ADMIN, name="ci", role="viewer")
    stranger = scope("admin", OTHER_ORG)
    with pytest.raises(NotFound):
        await desk.keys.revoke(stranger, made.key.id)
    with pytest.raises(NotFound):
        await desk.keys.rotate(stranger, made.key.id)
    assert (await desk.keys.list(stranger, PageRequest())).data == []
    with pytest.raises(PermissionRefused):
        await desk.keys.create(stranger, name="ci", role="viewer", org_id=ORG_DEFAULT)


@pytest.mark.parametrize("role", ["viewer", "developer"])
async def test_only_admins_manage_keys(role: Role) -> None:
    desk = KeyDesk()
    made = await desk.keys.create(ADMIN, name="ci", role="viewer")
    caller = scope(role)
    for refused in (
        desk.keys.create(caller, name="mine", role="admin"),
        desk.keys.list(caller, PageRequest()),
        desk.keys.rotate(caller, made.key.id),
        desk.keys.revoke(caller, made.key.id),
    ):
        with pytest.raises(PermissionRefused):
            await refused
    assert len(desk.shelf.keys) == 1


@pytest.mark.parametrize("name", ["", "  ", "n" * (NAME_LENGTH_MAX_CHARS + 1)])
async def test_a_key_needs_a_name(name: str) -> None:
    with pytest.raises(InvalidInput):
        await KeyDesk().keys.create(ADMIN, name=name, role="viewer")


async def test_an_end_in_the_past_or_without_a_zone_is_refused() -> None:
    desk = KeyDesk()
    for end in (desk.clock.now(), (desk.clock.now() + timedelta(days=1)).replace(tzinfo=None)):
        with pytest.raises(InvalidInput, match="expires_at"):
            await desk.keys.create(ADMIN, name="ci", role="viewer", expires_at=end)
