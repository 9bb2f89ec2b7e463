"""`agent-sdk keys …`: secrets are shown once, and keys do what they say."""

import json
from pathlib import Path

import pytest

from tests.interaction.cli_kit import run_cli
from tests.interaction.cli_program import server


def create(folder: Path, *options: str) -> str:
    """The secret of a new key."""
    done = run_cli(folder, "keys", "create", *options)
    assert done.code == 0, done.err
    return done.out.removesuffix("\n")


def listed(folder: Path, *options: str) -> list[dict[str, str]]:
    return json.loads(run_cli(folder, "keys", "list", "--json", *options).out)["data"]


def test_the_secret_alone_is_on_stdout_and_never_shown_again(tmp_path: Path) -> None:
    secret = create(tmp_path, "--role", "viewer", "--name", "dashboard")
    assert secret.startswith("asdk_")
    assert len(secret) == len("asdk_") + 43
    for shown in (run_cli(tmp_path, "keys", "list").out, run_cli(tmp_path, "keys", "list", "--json").out):
        assert secret not in shown
        assert secret[:11] in shown
        assert "dashboard" in shown


def test_json_is_one_document_with_key_and_secret(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "keys", "create", "--role", "admin", "--org", "org_acme", "--json")
    document = json.loads(done.out)
    assert document["secret"].startswith(document["key"]["prefix"])
    assert (document["key"]["role"], document["key"]["org_id"]) == ("admin", "org_acme")
    assert done.err == ""


@pytest.mark.socket
def test_a_key_opens_its_organisation_until_it_is_revoked(tmp_path: Path) -> None:
    with server(tmp_path) as started:
        secret = create(tmp_path, "--org", "org_acme")
        [key] = listed(tmp_path, "--org", "org_acme")
        with started.client(secret) as client:
            made = client.post("/v1/runs", json={"agent": "assistant_basic", "input": "Hello"})
            assert made.status_code == 202
            assert client.get("/v1/keys").status_code == 403
        with started.client() as client:
            assert client.get(made.headers["location"]).status_code == 404
        revoked = run_cli(tmp_path, "keys", "revoke", key["id"], "--org", "org_acme")
        assert revoked.code == 0
    with server(tmp_path) as again, again.client(secret) as client:
        assert client.get("/v1/runs").status_code == 401


def test_organisations_do_not_see_each_others_keys(tmp_path: Path) -> None:
    create(tmp_path, "--org", "org_acme")
    [key] = listed(tmp_path, "--org", "org_acme")
    assert listed(tmp_path) == []
    assert run_cli(tmp_path, "keys", "revoke", key["id"]).code == 5


def test_rotating_makes_a_key_like_it_and_ends_it(tmp_path: Path) -> None:
    old = create(tmp_path, "--role", "viewer", "--name", "ci")
    [key] = listed(tmp_path)
    rotated = run_cli(tmp_path, "keys", "rotate", key["id"])
    assert rotated.out.startswith("asdk_")
    assert rotated.out != f"{old}\n"
    new, ended = listed(tmp_path)
    assert (new["role"], new["name"], new["revoked_at"]) == ("viewer", "ci", None)
    assert ended["id"] == key["id"]
    assert ended["revoked_at"] is not None
    assert run_cli(tmp_path, "keys", "rotate", key["id"]).code == 6
    assert " revoked " in run_cli(tmp_path, "keys", "list").out


@pytest.mark.parametrize("when", ["90d", "12h", "30m", "2999-01-31T12:00:00Z"])
def test_a_key_may_end_by_itself(tmp_path: Path, when: str) -> None:
    create(tmp_path, "--expires", when)
    [key] = listed(tmp_path)
    assert key["expires_at"]
    assert " until " in run_cli(tmp_path, "keys", "list").out


@pytest.mark.parametrize(
    "when", ["soon", "0d", "2001-01-01T00:00:00Z", "2999-01-31T12:00:00", "-1d", "999999d9"]
)
def test_an_end_that_cannot_be_is_refused(tmp_path: Path, when: str) -> None:
    done = run_cli(tmp_path, "keys", "create", "--expires", when)
    assert (done.code, done.out) == (2, "")
    assert listed(tmp_path) == []


def test_what_is_no_role_or_no_key_is_refused(tmp_path: Path) -> None:
    assert run_cli(tmp_path, "keys", "create", "--role", "king").code == 2
    assert run_cli(tmp_path, "keys", "create", "--name", " ").code == 2
    assert run_cli(tmp_path, "keys", "rotate", "key_nope").code == 5
    assert run_cli(tmp_path, "keys", "revoke", "key_nope").code == 5
    assert "There are no keys" in run_cli(tmp_path, "keys", "list").err
