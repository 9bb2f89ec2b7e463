"""Running on one private event loop, for code that is not async.

The loop lives in a daemon thread as long as the process, and so do its HTTP connections: no loop is ever closed
under a client that still holds one.
"""

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

from agent_sdk.runtime.cancellation import CancelToken

T = TypeVar("T")


def run_blocking(work: Coroutine[Any, Any, T], token: CancelToken) -> T:
    """Run `work` on the private loop and block this thread until it ends.

    A KeyboardInterrupt cancels through `token`, waits for the end, and is raised again.
    """
    future = asyncio.run_coroutine_threadsafe(work, _private_loop())
    try:
        return future.result()
    except KeyboardInterrupt:
        token.cancel("now", reason="interrupted")
        # Whatever it ends in, the caller asked to be interrupted.
        future.exception()
        raise


@cache
def _private_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="agent-sdk", daemon=True).start()
    return loop
