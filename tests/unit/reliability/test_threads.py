import asyncio
import subprocess
import sys
import threading
from contextvars import ContextVar
from typing import NoReturn

import pytest

from agent_sdk.reliability.threads import THREADS_MAX_COUNT, run_in_thread

who: ContextVar[str] = ContextVar("who", default="nobody")


async def test_a_function_runs_in_another_thread_with_its_arguments_and_a_copy_of_the_context() -> None:
    def work(a: int, *, b: int) -> tuple[int, str, int]:
        found = who.get()
        who.set("the thread")
        return a + b, found, threading.get_ident()

    who.set("Ada")
    total, found, thread = await run_in_thread(work, 1, b=2)
    assert (total, found, who.get()) == (3, "Ada", "Ada")
    assert thread != threading.get_ident()


async def test_an_exception_is_raised_where_the_call_is_awaited() -> None:
    def work() -> NoReturn:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await run_in_thread(work)


@pytest.mark.parametrize("kind", [StopIteration, SystemExit, KeyboardInterrupt])
async def test_what_would_end_more_than_the_call_is_an_ordinary_exception(kind: type[BaseException]) -> None:
    def work() -> NoReturn:
        raise kind("why")

    with pytest.raises(RuntimeError, match=f"{kind.__name__}: why") as caught:
        await run_in_thread(work)
    assert isinstance(caught.value.__cause__, kind)


async def test_abandoned_threads_take_no_place_away() -> None:
    hung, begun = threading.Event(), threading.Semaphore(0)

    def hang() -> None:
        begun.release()
        hung.wait()

    try:
        waiters = [asyncio.ensure_future(run_in_thread(hang)) for _ in range(THREADS_MAX_COUNT)]
        for _ in waiters:
            await asyncio.to_thread(begun.acquire)
        late = asyncio.ensure_future(run_in_thread(threading.get_ident))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not late.done()
        waiters[0].cancel()
        assert await late != threading.get_ident()
        for waiter in waiters:
            waiter.cancel()
        await asyncio.wait(waiters)
    finally:
        hung.set()


async def test_functions_that_wait_for_functions_of_the_same_loop_do_not_take_their_places() -> None:
    loop, together = asyncio.get_running_loop(), threading.Barrier(THREADS_MAX_COUNT)

    def outer() -> int:
        together.wait()
        return asyncio.run_coroutine_threadsafe(run_in_thread(int, "1"), loop).result()

    assert sum(await asyncio.gather(*[run_in_thread(outer) for _ in range(THREADS_MAX_COUNT)])) == 256


def test_a_hung_function_holds_up_no_loop_and_its_late_result_is_dropped() -> None:
    go, threads = threading.Event(), list[threading.Thread]()

    def hang() -> None:
        threads.append(threading.current_thread())
        begun.set()
        go.wait()

    async def leave() -> None:
        waiter = asyncio.ensure_future(run_in_thread(hang))
        await asyncio.to_thread(begun.wait)
        waiter.cancel()

    begun = threading.Event()
    asyncio.run(leave())
    go.set()
    threads[0].join()


def test_a_hung_function_does_not_hold_up_the_end_of_the_interpreter() -> None:
    code = """
import asyncio, threading
from agent_sdk.reliability.threads import run_in_thread

async def main():
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    def hang():
        loop.call_soon_threadsafe(begun.set)
        threading.Event().wait()
    asyncio.ensure_future(run_in_thread(hang))
    await begun.wait()

asyncio.run(main())
print("ended")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True
    )
    assert done.stdout == "ended\n"
