"""What the plan leaves unsaid about the first agent: the contract, and the quality bar."""

from __future__ import annotations

from tests.requirements_data.model import Planned, Requirement

REQUIREMENTS = (
    Requirement(
        id="contract:one-command",
        source="contract",
        behavior=(
            "`python3 bootstrap.py` with run, dev, test or lint needs only Python 3.11: it makes the "
            "environment from hash-checked locks and goes on."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:installer",
        source="contract",
        behavior=(
            "Where uv cannot be had pip installs the same locks, and an interrupted installation is mended."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:locks",
        source="contract",
        behavior="The lock files hold a hash for every distribution and no URL.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:test-command",
        source="contract",
        behavior=(
            "`bootstrap.py test` needs no root; with --all it also installs system services, and every "
            "skip is a failure."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:ci",
        source="contract",
        behavior=("What CI runs is `bootstrap.py test --all`, and nothing else."),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:rings",
        source="contract",
        behavior=("A package that stands in no ring, or an import that points outward, fails the lint."),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:lint",
        source="contract",
        behavior=(
            "`bootstrap.py lint` holds imports, types of package and tests, style, and the sizes of "
            "modules and functions."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:repository-docs",
        source="contract",
        behavior=(
            "README, ARCHITECTURE, CONTRIBUTING, LICENSE and CHANGELOG exist, link only to what exists, "
            "and their code blocks run."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:grammar",
        source="contract",
        behavior=(
            "A public state machine accepts exactly the journals that the event grammar allows, whole or "
            "as a prefix."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:gapless",
        source="contract",
        behavior=(
            "The seq of a run starts at 1 and grows by exactly 1; the last event is terminal and nothing "
            "follows it."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:closed-once",
        source="contract",
        behavior=(
            "Every started event is closed by exactly one of completed, failed, canceled or denied with "
            "the same id."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:messages",
        source="contract",
        behavior=(
            "Messages carry text, reasoning with opaque provider state, tool calls, tool results, images, "
            "documents and citations without loss."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:usage",
        source="contract",
        behavior="Usage buckets are inclusive, written down, and add up over steps, children and providers.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:public-api",
        source="contract",
        behavior=("The names that agent_sdk exports, with their signatures, agree with a committed list."),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:error-tree",
        source="contract",
        behavior=(
            "Every error that the SDK raises is an AgentSDKError with code, hint and retryable; each code "
            "is documented."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:events-schema",
        source="contract",
        behavior="schemas/events.v1.json is generated from the contracts, and drift fails a check.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:offline-model",
        source="contract",
        behavior=(
            "offline:demo answers without key or network, asks for real tool calls, and says that it is no "
            "language model."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:model-strings",
        source="contract",
        behavior=(
            "`provider:model` chooses OpenAI, Anthropic, Azure, an OpenAI-compatible base URL or the "
            "offline model; a typing error is met with the nearest name."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:openai-apis",
        source="contract",
        behavior="openai: speaks Chat Completions and Responses, streaming and not, with the same events.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:thin-providers",
        source="contract",
        behavior=("Providers load no vendor's client, and reuse their connections from request to request."),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:stop-reasons",
        source="contract",
        behavior=(
            "Every reason for which a provider stops becomes one of the finish reasons of the contract."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:structured-output",
        source="contract",
        behavior=(
            "A run with an output type returns a valid value of it, natively, by tool or by prompt, or "
            "fails after bounded retries."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:image-input",
        source="contract",
        behavior=(
            "Images and documents reach each provider in its own format, or are refused with a clear error."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:prompt-cache",
        source="contract",
        behavior="Cache reads and writes that a provider reports appear in the usage and in the cost.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:cost",
        source="contract",
        behavior=(
            "Cost comes from a price table; an unknown price is null and never 0, and a cost limit on it "
            "is refused."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:retries",
        source="contract",
        behavior=(
            "Retries honour Retry-After, have jitter and a bound, and never follow a shown token unless "
            "the step can be restarted."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:malformed-streams",
        source="contract",
        behavior=(
            "A provider stream that is cut, garbled, empty or contradictory ends as a clear error or a "
            "repaired message, never as a hang."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:tool-decorator",
        source="contract",
        behavior=(
            "@tool derives name, description and schema from signature and docstring, for sync and async "
            "functions."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:tool-concurrency",
        source="contract",
        behavior=(
            "Tool calls run in parallel unless declared sequential, results keep the model's order, and "
            "sync tools run in threads with their context."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:tool-bounds",
        source="contract",
        behavior=(
            "Tools have a timeout and bounded output; invalid arguments go back to the model a bounded "
            "number of times."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:tool-signals",
        source="contract",
        behavior="ModelRetry, ToolFailed and ApprovalRequired steer the loop and are not errors of the run.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:tool-not-found",
        source="contract",
        behavior=(
            "A call of a tool that the agent does not have is answered as configured: by a hint to the "
            "model or a failed run."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:one-loop",
        source="contract",
        behavior="run, stream and run_sync go through the same loop and leave the same journal.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:limits",
        source="contract",
        behavior=(
            "Limits on steps, tokens, cost and time end a run with their own stop reason and the usage so "
            "far."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:handoffs",
        source="contract",
        behavior=(
            "A handoff passes the session to another agent in the same run; an agent used as a tool is a "
            "child run."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:guardrails",
        source="contract",
        behavior=(
            "Input and output guardrails run before anything is shown, and a refusal ends the run with "
            "stop reason guardrail."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:instructions",
        source="contract",
        behavior="Instructions can be text or a function of the run's context, asked anew at each step.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:cancel",
        source="contract",
        behavior=(
            "A cancel token works from any thread and more than once, now or after the step; it closes the "
            "provider stream and cancels children."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:transcript",
        source="contract",
        behavior=(
            "A transcript cut anywhere is repaired so that the next request is valid for every provider."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:override",
        source="contract",
        behavior="A test replaces an agent's model for a block of code without touching the agent.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:no-real-calls",
        source="contract",
        behavior="In tests a request to a real model is an error unless the test asks for it.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:fake-clock",
        source="contract",
        behavior=(
            "Time and ids come from ports; with the fakes a run's journal is the same byte for byte each "
            "time."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:cli-render",
        source="contract",
        behavior=(
            "On a terminal a run shows text, tool cards, timings and cost as they come; in a pipe it is "
            "plain text with the answer on stdout."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:cli-json",
        source="contract",
        behavior="With --json stdout holds the envelopes as JSONL and nothing else.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:cli-chat",
        source="contract",
        behavior="`agent-sdk chat` holds one session over many prompts.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:cli-exit-codes",
        source="contract",
        behavior="Each documented exit code is what its cause yields.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:cli-interrupt",
        source="contract",
        behavior="Ctrl-C cancels the run, prints what was done, and exits with 130.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:cli-version",
        source="contract",
        behavior="`agent-sdk version` and `python -m agent_sdk version` print the installed version.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="contract:settings",
        source="contract",
        behavior=(
            "A flag wins over the environment, that over agent-sdk.toml, that over the default; an unknown "
            "key is an error with a suggestion."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:first-minute",
        source="quality bar",
        behavior=(
            "In an empty HOME the first run with tools answers 391 and the time in Tokyo in under 60 s "
            "from the clone, and under 1.5 s when warm."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:grammar-everywhere",
        source="quality bar",
        behavior=(
            "The output of run --json is accepted by the grammar for all presets, and for canceled, "
            "failed, timed-out and limit-stopped runs."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:foreign-server",
        source="quality bar",
        behavior=(
            "The providers work against a mocked LiteLLM proxy, in OpenAI and Anthropic format, streaming "
            "and not."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:request-oracles",
        source="quality bar",
        behavior="Requests are accepted by the request types of the official openai and anthropic packages.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:import-time",
        source="quality bar",
        behavior=(
            "`import agent_sdk` takes under 100 ms, median of 15 cold processes, and loads no aiohttp, "
            "pydantic, fastapi or sqlite."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:cpu-per-run",
        source="quality bar",
        behavior=(
            "A run costs at most 3 times, and 1000 tokens at 10 ms spacing at most 1.5 times, the CPU of a "
            "hand-written aiohttp and msgspec loop."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:memory",
        source="quality bar",
        behavior="1000 streamed runs in flight take at most twice the memory of the hand-written loop.",
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:fuzz",
        source="quality bar",
        behavior=(
            "Of 10,000 mutated provider streams per provider none hangs, and none raises anything outside "
            "of the error tree."
        ),
        tests=Planned("0.1 first agent"),
    ),
    Requirement(
        id="bar:coverage",
        source="quality bar",
        behavior="Branch coverage of contracts, ports, runtime, tools and llm stays at 95 % or more.",
        tests=Planned("0.1 first agent"),
    ),
)
