"""A report as PDF, drawn by a process of its own: what draws it is large, and the process that decides stays small."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta

LIMIT = timedelta(minutes=2)  # a dozen pages take two seconds of a processor that has nothing else to do
BEGINNING = b"%PDF-"


class NotDrawn(Exception):
    """The PDF could not be made."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"the report could not be drawn as PDF: {cause}\n"
            "    install what `make install` names (pango and the DejaVu fonts among it), or print the page"
        )
        self.cause = cause


async def drawn(command: Sequence[str], document: str, limit: timedelta = LIMIT) -> bytes:
    """What the child that `command` starts makes of an HTML document. Raises NotDrawn."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise NotDrawn(str(error)) from error
    try:
        async with asyncio.timeout(limit.total_seconds()):
            made, words = await process.communicate(document.encode())
    except TimeoutError as error:
        raise NotDrawn(f"it took longer than {limit}") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if not made.startswith(BEGINNING):
        lines = words.decode(errors="replace").strip().splitlines()
        raise NotDrawn(lines[-1] if lines else f"it ended with {process.returncode}")
    return made
