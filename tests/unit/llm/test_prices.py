"""What an answer costs."""

from decimal import Decimal

import pytest
from genai_prices import Usage as Tokens
from genai_prices import calc_price
from genai_prices.types import ModelPrice
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk.contracts.usage import Usage
from agent_sdk.llm import prices
from agent_sdk.llm.assembly import usage

KNOWN = [
    ("openai", "gpt-5"),
    ("openai", "gpt-4o-2024-08-06"),
    ("openai", "gpt-5.6"),
    ("azure", "gpt-4o"),
    ("anthropic", "claude-sonnet-4-5"),
    ("deepseek", "deepseek-chat"),
]


@given(
    known=st.sampled_from(KNOWN),
    plain=st.integers(0, 400_000),
    read=st.integers(0, 100_000),
    write=st.integers(0, 100_000),
    output=st.integers(0, 100_000),
)
def test_the_cost_is_the_one_of_the_price_list(
    known: tuple[str, str], plain: int, read: int, write: int, output: int
) -> None:
    provider, model = known
    spent = usage(
        input_tokens=plain + read + write,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=write,
    )
    tokens = Tokens(
        input_tokens=plain + read + write,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=write,
    )
    assert (
        prices.cost_usd(provider, model, spent) == calc_price(tokens, model, provider_id=provider).total_price
    )


@pytest.mark.parametrize(("provider", "model"), [("openai", "no-such-model"), ("no-such-provider", "gpt-5")])
def test_an_unknown_price_is_none_and_never_nothing(provider: str, model: str) -> None:
    assert prices.cost_usd(provider, model, Usage(input_tokens=1, requests=1)) is None


def test_a_model_without_a_price_for_tokens_has_an_unknown_price(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_output_price(_provider: str, _model: str) -> tuple[None, ModelPrice]:
        return None, ModelPrice(input_mtok=Decimal(1))

    monkeypatch.setattr(prices, "_price", without_output_price)
    assert prices.cost_usd("openai", "m", Usage(input_tokens=1, requests=1)) is None


async def test_the_price_list_is_read_once() -> None:
    await prices.ready()
    assert prices.start_reading() is prices.start_reading()
    await prices.ready()
