"""What the libraries of the control plane would load and it never uses, left out before they are imported."""

import importlib
import os
import sys


def leave_out() -> None:
    """Saves 7 MiB of memory for as long as the process lives; to be called before anything else is imported."""
    # structlog would load them: for coloured tracebacks (4 MiB), and our log is JSON; for green threads (1 MiB)
    sys.modules |= dict.fromkeys(("rich", "greenlet"))  # type: ignore[arg-type]
    _without_the_authorities_of_the_machine("aiohttp")


def _without_the_authorities_of_the_machine(name: str) -> None:
    """It reads them all when imported (2 MiB), for connections that name no authority: we make none."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = os.devnull
    try:
        importlib.import_module(name)
    finally:
        del os.environ["SSL_CERT_FILE"]
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before
