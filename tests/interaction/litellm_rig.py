"""A LiteLLM proxy on the loopback interface, in an environment of its own: a server that this project did not write.

The proxy answers from its own mocks, and from a backend here that speaks OpenAI's Chat Completions. What the proxy
makes of the backend's answers, in its three formats, is LiteLLM's work. `litellm.lock` is made by
`uv pip compile --generate-hashes --no-header --no-annotate --universal` from the one line `litellm[proxy]`.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import venv
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fcntl import LOCK_EX, flock
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

LOCK: Final = Path(__file__).with_name("litellm.lock")
CACHE: Final = Path(__file__).parents[2] / ".cache"
KEY: Final = "sk-rig-0123456789abcdef0123456789abcdef"
START_MAX_SECONDS: Final = 45.0
STOP_MAX_SECONDS: Final = 10.0
INSTALL_MAX_SECONDS: Final = 540.0
LOG_SHOWN_CHARS: Final = 2000

TEXT: Final = "The quick brown fox."
MOCKS: Final = {
    "mock-text": TEXT,
    "mock-rate-limit": "litellm.RateLimitError",
    "mock-context-window": "litellm.ContextWindowExceededError",
    "mock-server-error": "litellm.InternalServerError",
}
"""What the proxy answers by itself, by model."""

USAGE: Final = {
    "prompt_tokens": 30,
    "completion_tokens": 9,
    "total_tokens": 39,
    "prompt_tokens_details": {"cached_tokens": 10},
}
CALLS: Final = (("call_a", '{"city":"Oslo"}'), ("call_b", '{"city":"Rome"}'))
REFUSALS: Final[dict[str, tuple[int, dict[str, str]]]] = {
    "unauthorized": (401, {"message": "Incorrect API key provided", "code": "invalid_api_key"}),
    "no-such-model": (404, {"message": "The model does not exist", "code": "model_not_found"}),
    "rate-limit": (429, {"message": "Slow down", "code": "rate_limit_exceeded"}),
    "context-window": (
        400,
        {"message": "This model's maximum context length is 8192 tokens", "code": "context_length_exceeded"},
    ),
}
BACKEND_MODELS: Final = ("text", "tools", "cut", *REFUSALS)


class CannotInstall(Exception):
    """The environment of the proxy cannot be made here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A running proxy."""

    url: str
    asked: list[dict[str, Any]] = field(repr=False)
    """The bodies that reached the backend."""


@contextmanager
def running_rig(folder: Path) -> Generator[Rig]:
    """A proxy that keeps its files in `folder`, and is gone when the context is left.

    Raises:
        CannotInstall: See `install`.
        RuntimeError: It did not start within `START_MAX_SECONDS`.
    """
    program = install()
    with _backend() as (backend_url, asked):
        port = _free_port()
        config = folder / "litellm.json"
        config.write_text(json.dumps(_config(backend_url)), encoding="utf-8")
        with _process(
            [str(program), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)], folder
        ):
            yield Rig(url=f"http://127.0.0.1:{port}", asked=asked)


def install() -> Path:
    """Make the proxy's environment below `.cache`, unless it is there for this lock, and return its program.

    Raises:
        CannotInstall: The package registry cannot be reached, or the lock does not fit this Python.
    """
    CACHE.mkdir(exist_ok=True)
    place = CACHE / "litellm-venv"
    stamp = place / "made-from"
    digest = f"{sha256(LOCK.read_bytes()).hexdigest()} {sys.version_info[:2]}"
    with (CACHE / "litellm-venv.lock").open("w") as mutex:
        # Tests in several processes share the environment.
        flock(mutex, LOCK_EX)
        if not (stamp.exists() and stamp.read_text(encoding="utf-8") == digest):
            shutil.rmtree(place, ignore_errors=True)
            venv.create(place, with_pip=True)
            _install_into(place / "bin" / "python")
            stamp.write_text(digest, encoding="utf-8")
    return place / "bin" / "litellm"


def _install_into(python: Path) -> None:
    arguments = ["install", "--quiet", "--require-hashes", "-r", str(LOCK)]
    ways = (
        [sys.executable, "-m", "uv", "pip", *arguments, "--python", str(python)],
        [str(python), "-m", "pip", "--disable-pip-version-check", *arguments],
    )
    said = ""
    for command in ways:
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=INSTALL_MAX_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise CannotInstall(f"not done after {INSTALL_MAX_SECONDS:g} s") from None
        if done.returncode == 0:
            return
        said = done.stderr[-LOG_SHOWN_CHARS:]
    raise CannotInstall(said)


def _config(backend_url: str) -> dict[str, Any]:
    mocked = [
        {
            "model_name": name,
            "litellm_params": {"model": "openai/gpt-4o", "api_key": "none", "mock_response": said},
        }
        for name, said in MOCKS.items()
    ]
    backed = [
        {
            "model_name": name,
            "litellm_params": {
                "model": f"custom_openai/{name}",
                "api_key": "none",
                "api_base": f"{backend_url}/v1",
            },
        }
        for name in BACKEND_MODELS
    ]
    return {
        "model_list": [*mocked, *backed],
        "general_settings": {"master_key": KEY},
        "litellm_settings": {"num_retries": 0},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
    }


@contextmanager
def _process(command: list[str], folder: Path) -> Generator[None]:
    """The proxy, from the line that says that it listens until it has ended."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    settled = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if "Uvicorn running on" in line:
                settled.set()
        settled.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        settled.wait(START_MAX_SECONDS)
        if process.poll() is not None or not any("Uvicorn running on" in line for line in lines):
            raise RuntimeError("the proxy did not start: " + "".join(lines)[-LOG_SHOWN_CHARS:])
        yield
    finally:
        _stop(process)
        reader.join(STOP_MAX_SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def _stop(process: subprocess.Popen[str]) -> None:
    """End the process and its children: it leads a process group of its own."""
    for step in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, step)
        try:
            process.wait(STOP_MAX_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


def _environment(folder: Path) -> dict[str, str]:
    # Nothing but the loopback interface is reachable, and what LiteLLM would fetch it has with it.
    nowhere = "http://127.0.0.1:9"
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "NO_PROXY": "127.0.0.1",
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
        "LITELLM_LOCAL_BLOG_POSTS": "True",
        "LITELLM_LOCAL_POLICY_TEMPLATES": "True",
        "LITELLM_LOCAL_AUTOROUTER_PRESETS": "True",
        "LITELLM_TELEMETRY": "False",
        "DISABLE_ADMIN_UI": "True",
        "PYTHONUNBUFFERED": "1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _backend() -> Generator[tuple[str, list[dict[str, Any]]]]:
    """A server of Chat Completions; its URL, and the list of what it is asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append(body)
            model = body["model"]
            if model in REFUSALS:
                status, error = REFUSALS[model]
                self._answer(status, json.dumps({"error": {"type": "invalid_request_error", **error}}))
            elif body.get("stream"):
                self._answer(200, "".join(_events(model)), "text/event-stream", cut=model == "cut")
            else:
                self._answer(200, json.dumps(_whole(model)), cut=model == "cut")

        def _answer(
            self, status: int, text: str, kind: str = "application/json", *, cut: bool = False
        ) -> None:
            data = text.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            # More is promised than comes, where the connection is to break.
            self.send_header("content-length", str(len(data) + cut))
            self.end_headers()
            self.wfile.write(data)
            self.close_connection = cut

        def do_GET(self) -> None:
            self._answer(404, "{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _events(model: str) -> Generator[str]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "The quick"}, {"content": " brown fox."}]
    if model == "tools":
        for index, (call_id, arguments) in enumerate(CALLS):
            start = {"name": "weather__lookup", "arguments": ""}
            deltas.append(
                {"tool_calls": [{"index": index, "id": call_id, "type": "function", "function": start}]}
            )
            pieces = (arguments[:6], arguments[6:])
            deltas += [
                {"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in pieces
            ]
    for delta in deltas:
        yield _event(model, [{"index": 0, "delta": delta, "finish_reason": None}])
    if model == "cut":
        return
    yield _event(model, [{"index": 0, "delta": {}, "finish_reason": _finish_reason(model)}])
    yield _event(model, [], usage=USAGE)
    yield "data: [DONE]\n\n"


def _event(model: str, choices: list[dict[str, Any]], **more: Any) -> str:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": choices,
    }
    return f"data: {json.dumps({**chunk, **more})}\n\n"


def _whole(model: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": TEXT}
    if model == "tools":
        message["tool_calls"] = [
            {
                "id": call_id,
                "type": "function",
                "function": {"name": "weather__lookup", "arguments": arguments},
            }
            for call_id, arguments in CALLS
        ]
    choice = {"index": 0, "message": message, "finish_reason": _finish_reason(model)}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [choice],
        "usage": USAGE,
    }


def _finish_reason(model: str) -> str:
    return "tool_calls" if model == "tools" else "stop"
