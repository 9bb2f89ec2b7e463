"""`agent-sdk config show`: every setting, where it comes from, and no secret."""

import json
from pathlib import Path

from tests.interaction.cli_kit import ROOT, run_cli


def test_every_value_says_where_it_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "agent-sdk.toml"
    path.write_text(
        'model = "openai:x"\n[worker]\nslots = 3\n[agents.a]\nmodel = "offline:demo"\n', encoding="utf-8"
    )
    done = run_cli(tmp_path, "config", "show", "--sources", "--json", env={"AGENT_SDK_SERVER__PORT": "9"})
    shown = json.loads(done.out)
    assert shown["model"] == {"value": "openai:x", "source": str(path)}
    assert shown["worker.slots"] == {"value": 3, "source": str(path)}
    assert shown["agents"]["value"]["a"]["model"] == "offline:demo"
    assert shown["server.port"] == {"value": 9, "source": "environment AGENT_SDK_SERVER__PORT"}
    assert shown["durability"] == {"value": "process", "source": "default"}


def test_secrets_are_masked_wherever_they_stand(tmp_path: Path) -> None:
    env = {
        "AGENT_SDK_API_KEY": "s3cret-one",
        "OPENAI_API_KEY": "s3cret-two",
        "OPENAI_BASE_URL": "https://me:s3cret-three@example.com/v1",
        "AGENT_SDK_STORE_URL": "postgresql://me:s3cret-four@example.com/db",
    }
    for options in ((), ("--json",), ("--sources",), ("--sources", "--json")):
        done = run_cli(tmp_path, "config", "show", *options, env=env)
        assert done.code == 0
        assert "s3cret" not in done.out + done.err
        assert "***" in done.out
        assert "https://***@example.com/v1" in done.out


def test_secrets_in_the_query_of_a_url_are_masked(tmp_path: Path) -> None:
    env = {
        "AGENT_SDK_STORE_URL": "postgresql://me:s3@cret@host/db?sslmode=require&password=s3cret;s3cret&user=me",
        "OPENAI_BASE_URL": "https://example.com/?API_KEY=s3cret&v=1#access_token=s3cret",
    }
    done = run_cli(tmp_path, "config", "show", env=env)
    assert "postgresql://***@host/db?sslmode=require&password=***&user=me\n" in done.out
    assert "https://example.com/?API_KEY=***&v=1#access_token=***\n" in done.out


def test_an_error_shows_a_url_without_its_secrets(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "runs", "list", "--url", "ftp://me:s3cret@example.com/?api_key=s3cret")
    assert done.code == 2
    assert "ftp://***@example.com/?api_key=***" in done.err
    assert "s3cret" not in done.err


def test_without_sources_there_are_keys_and_values(tmp_path: Path) -> None:
    done = run_cli(tmp_path, "config", "show")
    assert "server.port                      8080\n" in done.out
    assert json.loads(run_cli(tmp_path, "config", "show", "--json").out)["server.port"] == 8080


def test_every_setting_has_its_line_in_the_documentation(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "CONFIGURATION.md").read_text(encoding="utf-8")
    keys = json.loads(run_cli(tmp_path, "config", "show", "--json").out)
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_settings_that_cannot_be_used_are_3(tmp_path: Path) -> None:
    assert run_cli(tmp_path, "config", "show", env={"AGENT_SDK_SERVER__PORT": "abc"}).code == 3
