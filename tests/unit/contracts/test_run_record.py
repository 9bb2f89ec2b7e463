"""The record of a run: everything that is known of it, in the words of the contract."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from agent_sdk.contracts.codec import encode
from agent_sdk.contracts.run import Run, RunError
from agent_sdk.contracts.usage import Usage

BEGAN = datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_one_record_holds_ids_status_usage_times_tags_and_metadata() -> None:
    run = Run(
        id="run_1",
        session_id="ses_1",
        parent_run_id="run_0",
        agent="billing",
        model="offline:demo",
        status="failed",
        stop_reason="max_cost",
        input="How much?",
        error=RunError(code="ASDK-RUN-002", message="too dear", hint="Raise the limit."),
        usage=Usage(input_tokens=7, requests=1, cost_usd=Decimal("0.25")),
        created_at=BEGAN,
        started_at=BEGAN,
        ended_at=BEGAN.replace(second=3),
        last_seq=9,
        tags=("monthly",),
        metadata={"invoice": 5},
    )
    assert json.loads(encode(run)) == {
        "id": "run_1",
        "session_id": "ses_1",
        "parent_run_id": "run_0",
        "agent": "billing",
        "model": "offline:demo",
        "status": "failed",
        "stop_reason": "max_cost",
        "input": "How much?",
        "output": None,
        "error": {
            "code": "ASDK-RUN-002",
            "message": "too dear",
            "hint": "Raise the limit.",
            "retryable": False,
        },
        "usage": {
            "input_tokens": 7,
            "output_tokens": 0,
            "cache_read_tokens": 0,
            "cache_write_tokens": 0,
            "reasoning_tokens": 0,
            "requests": 1,
            "tool_calls": 0,
            "cost_usd": 0.25,
        },
        "created_at": "2026-11-22T10:00:00Z",
        "started_at": "2026-11-22T10:00:00Z",
        "ended_at": "2026-11-22T10:00:03Z",
        "attempt": 1,
        "last_seq": 9,
        "tags": ["monthly"],
        "metadata": {"invoice": 5},
    }
