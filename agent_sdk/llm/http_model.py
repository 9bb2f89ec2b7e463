"""The model of every provider that speaks HTTP."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from agent_sdk.contracts.errors import MalformedResponse, ModelError
from agent_sdk.contracts.usage import Usage
from agent_sdk.llm import failures, prices
from agent_sdk.llm.transport import Call, Reply, send
from agent_sdk.ports.llm import ModelChunk, ModelProfile, ModelRequest, ModelResponse

OK_STATUS: Final = 200


class Decoder(Protocol):
    """Turns the bytes of one answer into its pieces. No I/O: a test feeds it what it likes."""

    @property
    def done(self) -> bool:
        """Whether the answer is complete, so that nothing more need be read."""
        ...

    @property
    def progressed(self) -> bool:
        """Whether the last segment brought something: comments and pings only keep the connection alive."""
        ...

    @property
    def usage(self) -> Usage | None:
        """What the provider has reported so far; an answer that fails has cost it nevertheless."""
        ...

    def feed(self, segment: bytes) -> list[ModelChunk]:
        """Take the next bytes, cut anywhere; the deltas that they complete.

        Raises:
            ModelError: They cannot be read, or they say that the provider failed.
        """
        ...

    def finish(self) -> list[ModelChunk]:
        """What is left when the bytes have ended; the last piece is the `ModelResponse`.

        Raises:
            ModelError: The answer is not complete, or cannot be read.
        """
        ...


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What a provider makes of a request: the call to send, and who reads the answer."""

    call: Call
    decoder: Decoder


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpModel:
    """One model of one provider (`agent_sdk.ports.llm.Model`)."""

    id: str
    profile: ModelProfile
    prepare: Callable[[ModelRequest], Exchange]
    """The whole provider: pure, and it raises `ModelError` for what it cannot send."""
    price_list: str | None = None
    """Whose prices apply, in the words of genai-prices; None where nobody knows."""

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Ask, and yield the answer as it comes; see the port."""
        exchange = self.prepare(request)
        decoder = exchange.decoder
        if self.price_list:
            prices.start_reading()
        reply = await send(exchange.call)
        try:
            if reply.status != OK_STATUS:
                body = await reply.read_error_body()
                raise failures.from_response(exchange.call.provider, reply.status, reply.headers, body)
            while not decoder.done and (segment := await reply.read(progressed=decoder.progressed)):
                for chunk in decoder.feed(segment):
                    yield chunk
            for chunk in decoder.finish():
                yield await self._priced(chunk) if isinstance(chunk, ModelResponse) else chunk
            await reply.drain()
        except ModelError as error:
            _complete(error, exchange.call, reply)
            error.usage = error.usage or decoder.usage
            raise
        finally:
            reply.close()

    async def _priced(self, response: ModelResponse) -> ModelResponse:
        if self.price_list is None or response.usage == _NOTHING_REPORTED:
            return response
        await prices.ready()
        cost = prices.cost_usd(self.price_list, response.model, response.usage)
        return replace(response, usage=replace(response.usage, cost_usd=cost))


_NOTHING_REPORTED: Final = Usage(requests=1)


def _complete(error: ModelError, call: Call, reply: Reply) -> None:
    """Add to an error what its maker did not know: decoders have no connection."""
    error.provider = error.provider or call.provider
    error.request_id = error.request_id or failures.request_id(reply.headers)
    if isinstance(error, MalformedResponse) and not error.retryable:
        error.hint = f"Check the base URL: nothing of the provider's kind answers at {call.address}"
        error.hint += "." if "/v1" in call.address else "; mostly it has to end in /v1."
