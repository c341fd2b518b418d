"""The process that watches open streams, started by the supervisor: `… RUN GRACE ANSWERS MOST`, a folder, seconds, the
socket in the folder where a control plane answers, and how many streams one session may have.

It is its own, so that thousands of open streams cost the control plane neither memory nor time, and loads little.
"""

import sys

if __name__ == "__main__":
    sys.modules["ssl"] = None  # type: ignore[assignment]  # 4 MiB, and nothing here speaks TLS

import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path

from gateway.life import giving_signs
from gateway.streams.guard import Guard
from gateway.streams.watch import Watch
from gateway.streams.words import ENVOY_ASKS


def say(text: str) -> None:
    """Into the operators' log."""
    line = {
        "event": text,
        "logger": "streams",
        "level": "warning",
        "timestamp": datetime.now(UTC).isoformat(),
    }
    sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stderr.flush()


async def serve(run: Path, answers: str, watch: Watch) -> None:
    loop = asyncio.get_running_loop()
    guard = Guard(run / answers, watch, loop.time, say)
    working = asyncio.ensure_future(guard.run(run / ENVOY_ASKS))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        return


if __name__ == "__main__":
    watch = Watch(float(sys.argv[2]), int(sys.argv[4]))
    asyncio.run(giving_signs(serve(Path(sys.argv[1]), sys.argv[3], watch)))
