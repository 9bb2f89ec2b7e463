"""What the server tells of its routes, to programs and to people."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest

from agent_sdk import Agent
from scripts.generate_openapi import DOCUMENT
from tests.interaction.server_kit import KEY, problem, serving

pytestmark = pytest.mark.socket

ELSEWHERE = re.compile(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//|<script|@import|url\(", re.IGNORECASE)

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance"
)


async def test_the_document_that_is_served_is_the_committed_one(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client(key=None) as anybody:
        response = await anybody.get("/openapi.json")
        assert response.headers["content-type"] == "application/json"
        committed = json.loads(DOCUMENT.read_text(encoding="utf-8"))
        committed["info"]["version"] = "0.0.0"
        assert response.json() == committed


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_the_pages_for_people_load_nothing_from_elsewhere_and_run_no_script(
    tmp_path: Path, path: str
) -> None:
    async with serving(tmp_path) as served, served.client(key=None) as anybody:
        page = await anybody.get(path)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert ELSEWHERE.search(page.text) is None
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert "/openapi.json" in page.text


async def test_the_page_of_routes_lists_every_route(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client(key=None) as anybody:
        page = (await anybody.get("/docs")).text
        paths = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
        assert [path for path in paths if f" {path}</code>" not in page] == []


async def test_every_route_that_is_not_public_needs_a_key(tmp_path: Path) -> None:
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    async with serving(tmp_path) as served, served.client(key=None) as anybody:
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if operation.get("security") != []:
                    problem(await anybody.request(method, path), 401)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_foreign_fuzzer_finds_no_crash_and_no_answer_that_is_not_described(tmp_path: Path) -> None:
    async with serving(tmp_path, Agent("demo")) as served:
        fuzzer = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/openapi.json", "--no-color"),
            *("--header", f"Authorization: Bearer {KEY}", "--request-timeout", "10"),
            *("--phases", "coverage,fuzzing", "--max-examples", "5", "--generation-deterministic"),
            *("--checks", CHECKS),
            # The feed never ends, and the deprecated routes are the same ones again.
            *("--exclude-path", "/v1/feed", "--exclude-path-regex", "^/(run|sessions)"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await fuzzer.communicate()
        assert fuzzer.returncode == 0, output.decode()
        # The document's own address is what the fuzzer leaves out by itself.
        left_out = re.compile(r"/openapi\.json$|/v1/feed$|/(run|sessions)")
        paths = json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"]
        tested = sum(len(paths[path]) for path in paths if not left_out.match(path))
        assert f"Tested: {tested}\n".encode() in output, output.decode()
