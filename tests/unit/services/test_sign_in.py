"""Signing in by a code: good once, for a while, for its maker's role, and not to be guessed."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from agent_sdk.contracts.platform_errors import (
    AdmissionRefused,
    Conflict,
    PermissionRefused,
    SignInRefused,
    SignInThrottled,
    Unauthenticated,
)
from agent_sdk.contracts.scope import LOCAL, ORG_DEFAULT, Role, Scope
from agent_sdk.services.sign_in import (
    ADDRESSES_MAX_COUNT,
    CODE_LIFE_MAX_S,
    CODES_PER_KEY_MAX_COUNT,
    CODES_PER_ORG_MAX_COUNT,
    CONSOLES_MAX_COUNT,
    FAILURES_MAX_COUNT,
    FAILURES_WINDOW_S,
    KEY_LIFE_MAX,
    SignIn,
)
from tests.unit.services.kit import OTHER_ORG, KeyDesk

HERE = "127.0.0.1"
BOOTSTRAP = "the-bootstrap-key"


@dataclass
class Door:
    """Sign-in over keys in memory, and a clock that stands still."""

    desk: KeyDesk = field(default_factory=lambda: KeyDesk(bootstrap=BOOTSTRAP))

    def __post_init__(self) -> None:
        for _ in range(2):
            self.desk.ids.new("key")  # ids that count from 1 would meet the constant ones
        self.sign_in = SignIn(self.desk.keys, clock=self.desk.clock)

    async def maker(self, role: Role = "developer", org_id: str = ORG_DEFAULT, life_s: float = 0) -> Scope:
        """Whoever shows a new key, which lives so long, or for ever."""
        expires_at = self.desk.clock.now() + timedelta(seconds=life_s) if life_s else None
        made = await self.desk.keys.create(
            LOCAL, name="maker", role=role, org_id=org_id, expires_at=expires_at
        )
        return await self.desk.keys.authenticate(made.secret)

    async def code(self, scope: Scope) -> str:
        made = await self.sign_in.make_code(scope)
        assert made.code is not None
        return made.code

    async def enter(self, code: str, address: str = HERE) -> Scope:
        """Whom a code makes of us."""
        signed_in = await self.sign_in.redeem(code, address)
        return await self.desk.keys.authenticate(signed_in.key)


@pytest.mark.parametrize("role", ["viewer", "developer", "admin"])
async def test_a_code_gives_a_key_of_its_makers_organisation_and_role(role: Role) -> None:
    door = Door()
    maker = await door.maker(role, OTHER_ORG)
    found = await door.enter(await door.code(maker))
    assert (found.org_id, found.grants) == (OTHER_ORG, maker.grants)
    assert found.principal != maker.principal
    made = next(key for key in door.desk.shelf.keys.values() if key.id == found.principal)
    assert (made.name, made.role) == ("console", role)


async def test_the_configured_key_makes_codes_too() -> None:
    door = Door()
    admin = await door.desk.keys.authenticate(BOOTSTRAP)
    assert (await door.enter(await door.code(admin))).grants == admin.grants


async def test_a_code_is_good_once() -> None:
    door = Door()
    code = await door.code(await door.maker())
    await door.enter(code)
    with pytest.raises(SignInRefused) as caught:
        await door.enter(code)
    assert caught.value.hint


@pytest.mark.parametrize(("age_s", "is_good"), [(CODE_LIFE_MAX_S - 1, True), (CODE_LIFE_MAX_S, False)])
async def test_a_code_is_good_for_ten_minutes_whatever_the_wall_clock_says(
    age_s: float, *, is_good: bool
) -> None:
    door = Door()
    code = await door.code(await door.maker())
    door.desk.clock.advance(age_s)
    door.desk.clock.jump(-10 * CODE_LIFE_MAX_S)
    if is_good:
        await door.enter(code)
    else:
        with pytest.raises(SignInRefused):
            await door.enter(code)


async def test_what_is_told_of_the_end_is_the_end() -> None:
    door = Door()
    made = await door.sign_in.make_code(await door.maker())
    assert made.expires_at == door.desk.clock.now() + timedelta(seconds=CODE_LIFE_MAX_S)
    assert made.code is not None
    signed_in = await door.sign_in.redeem(made.code, HERE)
    assert signed_in.expires_at == door.desk.clock.now() + KEY_LIFE_MAX
    door.desk.clock.advance(KEY_LIFE_MAX.total_seconds())
    with pytest.raises(Unauthenticated):
        await door.desk.keys.authenticate(signed_in.key)


async def test_a_key_does_not_outlive_that_of_the_codes_maker() -> None:
    door = Door()
    maker = await door.maker(life_s=3600)
    first = await door.sign_in.redeem(await door.code(maker), HERE)
    assert first.expires_at == door.desk.clock.now() + timedelta(hours=1)


async def test_a_key_that_signing_in_made_makes_no_codes() -> None:
    door = Door()
    console = await door.enter(await door.code(await door.maker("admin")))
    with pytest.raises(PermissionRefused) as caught:
        await door.code(console)
    assert "keys create" in str(caught.value.hint)


async def test_only_so_many_consoles_of_a_role_are_signed_in_and_the_oldest_goes() -> None:
    door = Door()
    maker = await door.maker()
    admin = await door.sign_in.redeem(await door.code(await door.maker("admin")), HERE)
    foreign = await door.sign_in.redeem(await door.code(await door.maker(org_id=OTHER_ORG)), HERE)
    signed_in = [await door.sign_in.redeem(await door.code(maker), HERE) for _ in range(CONSOLES_MAX_COUNT)]
    for each in (*signed_in, admin, foreign):
        await door.desk.keys.authenticate(each.key)
    await door.enter(await door.code(maker))
    with pytest.raises(Unauthenticated):
        await door.desk.keys.authenticate(signed_in[0].key)
    for each in (*signed_in[1:], admin, foreign):
        await door.desk.keys.authenticate(each.key)


async def test_who_signs_in_at_once_is_counted_too() -> None:
    door = Door()
    maker = await door.maker()
    for _ in range(3):
        codes = [await door.code(maker) for _ in range(CODES_PER_KEY_MAX_COUNT)]
        await asyncio.gather(*[door.enter(code) for code in codes])
    good = [key for key in door.desk.shelf.keys.values() if key.name == "console" and key.revoked_at is None]
    assert len(good) == CONSOLES_MAX_COUNT


async def test_another_process_does_not_know_a_code() -> None:
    door = Door()
    code = await door.code(await door.maker())
    restarted = SignIn(door.desk.keys, clock=door.desk.clock)
    with pytest.raises(SignInRefused):
        await restarted.redeem(code, HERE)


@pytest.mark.parametrize("code", ["", "guess", "x" * 128, "\udcff", "ü"])
async def test_what_is_no_code_is_refused(code: str) -> None:
    door = Door()
    await door.code(await door.maker())
    with pytest.raises(SignInRefused):
        await door.enter(code)


async def test_codes_of_a_revoked_key_are_good_no_more() -> None:
    door = Door()
    maker = await door.maker()
    code = await door.code(maker)
    await door.desk.keys.revoke(LOCAL, maker.principal)
    with pytest.raises(SignInRefused):
        await door.enter(code)


async def test_codes_of_an_expired_key_are_good_no_more() -> None:
    door = Door()
    code = await door.code(await door.maker(life_s=60))
    door.desk.clock.advance(60)
    with pytest.raises(SignInRefused):
        await door.enter(code)


async def test_the_makers_key_is_found_behind_many_others() -> None:
    door = Door()
    door.desk.shelf.page_max = 2
    code = await door.code(await door.maker("viewer"))
    for _ in range(5):
        await door.maker("admin")
    assert (await door.enter(code)).grants == frozenset({"read"})


async def test_a_makers_oldest_code_goes_and_those_of_others_stay() -> None:
    door = Door()
    maker = await door.maker()
    other = await door.code(await door.maker())
    codes = [await door.code(maker) for _ in range(CODES_PER_KEY_MAX_COUNT + 1)]
    with pytest.raises(SignInRefused):
        await door.enter(codes[0])
    for code in (*codes[1:], other):
        await door.enter(code)


async def test_codes_alive_are_bounded_and_room_comes_back() -> None:
    door = Door()
    for _ in range(CODES_PER_ORG_MAX_COUNT):
        await door.code(await door.maker())
    late = await door.maker()
    with pytest.raises(AdmissionRefused):
        await door.code(late)
    await door.enter(await door.code(await door.maker(org_id=OTHER_ORG)))
    door.desk.clock.advance(CODE_LIFE_MAX_S)
    await door.enter(await door.code(late))


async def fail(door: Door, address: str = HERE, times: int = FAILURES_MAX_COUNT) -> None:
    for number in range(times):
        with pytest.raises(SignInRefused):
            await door.enter(f"guess {number}", address)


async def test_who_failed_too_often_waits_and_others_do_not() -> None:
    door = Door()
    await fail(door)
    door.desk.clock.advance(20)
    for _ in range(2):
        with pytest.raises(SignInThrottled) as caught:
            await door.enter("guess")
        assert caught.value.retry_after_s == FAILURES_WINDOW_S - 20
    await fail(door, "10.0.0.7", times=1)
    door.desk.clock.advance(FAILURES_WINDOW_S - 20)
    await fail(door, times=1)


async def test_a_good_code_is_good_wherever_others_failed_before() -> None:
    door = Door()
    await fail(door)
    await door.enter(await door.code(await door.maker()))


async def test_failures_of_an_earlier_minute_do_not_count() -> None:
    door = Door()
    for _ in range(3):
        await fail(door, times=FAILURES_MAX_COUNT - 1)
        door.desk.clock.advance(FAILURES_WINDOW_S)


async def test_addresses_that_are_remembered_are_bounded() -> None:
    door = Door()
    await fail(door)
    for number in range(ADDRESSES_MAX_COUNT):
        await fail(door, f"address {number}", times=1)
    await fail(door, times=1)  # it was forgotten


async def test_signing_out_ends_the_key_that_signing_in_made() -> None:
    door = Door()
    signed_in = await door.sign_in.redeem(await door.code(await door.maker("viewer")), HERE)
    await door.sign_in.sign_out(await door.desk.keys.authenticate(signed_in.key))
    with pytest.raises(Unauthenticated):
        await door.desk.keys.authenticate(signed_in.key)


async def test_signing_out_leaves_other_keys_alone() -> None:
    door = Door()
    admin = await door.desk.keys.authenticate(BOOTSTRAP)
    for scope in (await door.maker("admin"), admin):
        with pytest.raises(Conflict):
            await door.sign_in.sign_out(scope)
    assert await door.desk.keys.authenticate(BOOTSTRAP) == admin
