"""What a run has consumed.

Buckets are **inclusive**: `input_tokens` counts every prompt token, also those read from or written to a
prompt cache; `output_tokens` counts every generated token, also reasoning. The other token fields say how much
of these two was special, so they never add to a total. Providers that report exclusive numbers (Anthropic
counts cached tokens apart) are converted where their wire format is read.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens, requests, tool calls and cost; `a + b` sums two of them."""

    input_tokens: int = 0
    """All prompt tokens, cached ones included."""
    output_tokens: int = 0
    """All generated tokens, reasoning included."""
    cache_read_tokens: int = 0
    """Part of `input_tokens` that was read from the provider's prompt cache."""
    cache_write_tokens: int = 0
    """Part of `input_tokens` that was written to the provider's prompt cache."""
    reasoning_tokens: int = 0
    """Part of `output_tokens` that was reasoning."""
    requests: int = 0
    """Model calls that were answered, wholly or in part, or canceled."""
    tool_calls: int = 0
    """Tool executions begun."""
    cost_usd: Decimal | None = None
    """US dollars; None when the price of any request is unknown. Never 0 for want of a price."""

    @property
    def total_tokens(self) -> int:
        """Input and output tokens together."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        """Sum bucket by bucket; the cost is known only where each side with a request knows its own."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
            requests=self.requests + other.requests,
            tool_calls=self.tool_calls + other.tool_calls,
            cost_usd=_sum_costs(self, other),
        )


def _sum_costs(left: Usage, right: Usage) -> Decimal | None:
    if left.cost_usd is not None and right.cost_usd is not None:
        return left.cost_usd + right.cost_usd
    # What asked no model and cost nothing says nothing about the price of the other side.
    if left.requests == 0 and left.cost_usd is None:
        return right.cost_usd
    if right.requests == 0 and right.cost_usd is None:
        return left.cost_usd
    return None
