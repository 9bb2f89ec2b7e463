"""What the tools of benchmarks/chaos_agent.py do to the world: a line in a file, by a process that nobody kills.

    python benchmarks/chaos_effects.py SOCKET FILE

Each line that arrives on the Unix socket is one execution; it is on the disk, with the time, before it is answered.
Prints a line when it listens, and ends when its stdin does.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from functools import partial
from io import FileIO
from pathlib import Path


async def take(file: FileIO, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Record what comes over one connection."""
    # Who asked may be killed at any moment; what was done stays done.
    with contextlib.suppress(ConnectionError):
        async for line in reader:
            file.write(json.dumps({**json.loads(line), "time": time.time()}).encode() + b"\n")
            os.fsync(file.fileno())
            writer.write(b"done\n")
            await writer.drain()
    writer.close()


async def serve(socket: Path, path: Path) -> None:
    """Listen until stdin ends."""
    with path.open("ab", buffering=0) as file:
        await asyncio.start_unix_server(partial(take, file), socket)
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2])))
