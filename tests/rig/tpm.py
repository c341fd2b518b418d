"""A TPM 2.0 in software (swtpm), each with secrets of its own."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tpm2_pytss import ESAPI
from tpm2_pytss.constants import ESYS_TR

from tests.rig.child import PATIENCE


@dataclass
class Chip:
    """`name`: as tpm2-tss names it."""

    path: Path

    @property
    def name(self) -> str:
        return f"swtpm:path={self.path}"

    def clear(self) -> None:
        """As the firmware's settings do: another seed, so no key of before is known."""
        with ESAPI(self.name) as chip:
            chip.clear(ESYS_TR.LOCKOUT)


@contextlib.contextmanager
def swtpm(folder: Path) -> Iterator[Chip]:
    """`folder`: short, as the paths of unix sockets are. What was kept there by one before is known still."""
    (folder / "kept").mkdir(exist_ok=True, parents=True)
    chip = Chip(folder / "chip")
    words = ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={folder / 'kept'}"]
    words += ["--server", f"type=unixio,path={chip.path}", "--ctrl", f"type=unixio,path={chip.path}.ctrl"]
    words += ["--flags", "not-need-init,startup-clear"]
    with (folder / "log").open("ab") as log:
        started = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE
        while not chip.path.exists():
            assert started.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, "swtpm does not start"
            time.sleep(0.01)
        yield chip
    finally:
        started.terminate()
        started.wait(10)
