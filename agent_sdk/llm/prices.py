"""What an answer cost, from the price list that comes with genai-prices. Nothing here asks a network.

Reading the list takes half a second, so it is read once, in a thread, while the first answer is on its way.
Source: https://github.com/pydantic/genai-prices
"""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from agent_sdk.contracts.usage import Usage

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

MODELS_CACHED_MAX_COUNT: Final = 1024
_MILLION: Final = Decimal(1_000_000)


def cost_usd(provider: str, model: str, usage: Usage) -> Decimal | None:
    """What the request cost in US dollars; None when the price is not known, never 0 for want of it.

    Args:
        provider: In the words of genai-prices: `openai`, `azure`, `anthropic`, ….
        model: As the provider calls it.
        usage: Of one request.
    """
    found = _price(provider, model)
    if found is None:
        return None
    info, price = found
    if price is None:
        return _cost_by_time_of_day(provider, info, usage)
    inputs = usage.input_tokens
    plain = _rate(price.input_mtok, inputs)
    output = _rate(price.output_mtok, inputs)
    if plain is None or output is None:
        return None
    read = _rate(price.cache_read_mtok, inputs)
    write = _rate(price.cache_write_mtok, inputs)
    total = usage.output_tokens * output
    total += (inputs - usage.cache_read_tokens - usage.cache_write_tokens) * plain
    # A list without a price for cached tokens means that they cost what others cost.
    total += usage.cache_read_tokens * (plain if read is None else read)
    total += usage.cache_write_tokens * (plain if write is None else write)
    return total / _MILLION


async def ready() -> None:
    """Return when the price list is read."""
    reading = start_reading()
    if not reading.done():
        await asyncio.wrap_future(reading)


@cache
def start_reading() -> "Future[None]":
    """Begin to read the price list, in a thread; done once per process."""
    reader = ThreadPoolExecutor(1, thread_name_prefix="agent-sdk-prices")
    reading = reader.submit(_read)
    reader.shutdown(wait=False)
    return reading


def _read() -> None:
    from genai_prices import data_snapshot

    data_snapshot.get_snapshot()


@lru_cache(maxsize=MODELS_CACHED_MAX_COUNT)
def _price(provider: str, model: str) -> "tuple[ModelInfo, ModelPrice | None] | None":
    """The model's entry and its price today; no price where it depends on the time of day."""
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price
    from genai_prices.types import ConditionalPrice, TimeOfDateConstraint

    try:
        today = calc_price(Tokens(input_tokens=0, output_tokens=0), model, provider_id=provider)
    except LookupError:
        return None
    info = today.model
    prices: list[ConditionalPrice] = info.prices if isinstance(info.prices, list) else []
    changes_daily = any(isinstance(each.constraint, TimeOfDateConstraint) for each in prices)
    return info, None if changes_daily else today.model_price


def _cost_by_time_of_day(provider: str, info: "ModelInfo", usage: Usage) -> Decimal:
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    tokens = Tokens(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    return calc_price(tokens, info.id, provider_id=provider).total_price


def _rate(price: "Decimal | TieredPrices | None", input_tokens: int) -> Decimal | None:
    """US dollars per million tokens of a request with so many input tokens."""
    if price is None or isinstance(price, Decimal):
        return price
    # A tier holds for the whole request, not only for the tokens above its start.
    return next((tier.price for tier in reversed(price.tiers) if input_tokens > tier.start), price.base)
