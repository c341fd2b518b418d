"""The demo's budget beside a product of the tests, which knows people by our assertions."""

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

from gateway.commands.state import State
from gateway.demo.configuration import BUDGET
from gateway.demo.start import DISTRICT
from gateway.grants.sign import public_jwks
from tests.rig.product import ROOT, Product


@contextlib.contextmanager
def budget(product: Product, state: State, port: int) -> Iterator[None]:
    """The sample application as the demo runs it."""
    keys = product.world.folder / "assertion-keys.json"
    keys.write_text(json.dumps(public_jwks(state.keys.assertion)))
    (product.world.folder / "budget").mkdir()
    child = subprocess.Popen(
        [sys.executable, "-m", "gateway.demo.applications.budget", "--port", str(port), "--audience", BUDGET,
         "--issuer", product.addresses.portal, "--issuer-keys", str(keys), "--district", str(DISTRICT),
         "--data", str(product.world.folder / "budget"), "--portal", product.addresses.portal],
        cwd=ROOT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", child)
        yield
    finally:
        child.terminate()
        child.wait(10)


def _wait_for(url: str, child: "subprocess.Popen[bytes]") -> None:
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            assert child.poll() is None, "the budget does not start"
