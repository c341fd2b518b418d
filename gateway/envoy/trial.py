"""Why Envoy refuses a configuration, in its own words: a second Envoy is shown it as a file, and serves nothing.

Over REST a refusal has no words (`discovery.py`); they are needed when a change was refused, and for nothing else.
"""

import asyncio
import contextlib
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from config.settings import Limits
from gateway.envoy.bootstrap import bootstrap
from gateway.envoy.messages import Json
from gateway.envoy.process import validation
from gateway.envoy.resources import CLUSTERS, LISTENERS, ROUTE_TABLES, SECRETS
from gateway.envoy.tls import certificate

PATIENCE = timedelta(seconds=20)
SAID = re.compile(r"error initializing configuration '[^']*': (.+)")
LONGEST = 500  # characters of what it says
UNKNOWN = "it did not say why"


async def objection(resources: Mapping[str, Sequence[Json]], run: Path) -> str | None:
    """What Envoy says against these; None: nothing. `run`: a private folder, for a moment of a file with secrets."""
    descriptor, name = tempfile.mkstemp(suffix=".json", prefix="trial-", dir=run)
    file = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            json.dump(as_file(resources, run), written)
        process = await asyncio.create_subprocess_exec(
            *validation(file),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                _, said = await process.communicate()
        except TimeoutError:
            return UNKNOWN
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    finally:
        with contextlib.suppress(FileNotFoundError):
            file.unlink()
    return None if process.returncode == 0 else _words(said.decode("utf-8", "replace"))


def as_file(resources: Mapping[str, Sequence[Json]], run: Path) -> Json:
    """The same as one bootstrap file: what is discovered otherwise stands where it is used."""
    tables = {one["name"]: one for one in resources[ROUTE_TABLES]}
    start = bootstrap(run, Limits())
    (discovery,) = start["static_resources"]["clusters"]
    del start["dynamic_resources"], start["admin"]
    start["static_resources"] = {
        "clusters": [discovery, *map(_in_place, resources[CLUSTERS])],
        "listeners": [_with_routes(_in_place(one), tables) for one in resources[LISTENERS]],
        "secrets": [_certificate_of_nobody(), *resources[SECRETS]],
    }
    return start


def _in_place(made: Any) -> Any:
    """Secrets are looked for among those of the file."""
    if isinstance(made, dict):
        return {key: _in_place(value) for key, value in made.items() if key != "sds_config"}
    return [_in_place(one) for one in made] if isinstance(made, list) else made


def _with_routes(made: Any, tables: Mapping[str, Json]) -> Any:
    if isinstance(made, dict):
        inner = {key: _with_routes(value, tables) for key, value in made.items() if key != "rds"}
        table = {"route_config": tables[made["rds"]["route_config_name"]]} if "rds" in made else {}
        return inner | table
    return [_with_routes(one, tables) for one in made] if isinstance(made, list) else made


def _certificate_of_nobody() -> Json:
    """In place of the public one, which is judged before Envoy hears of it: its key need not lie in the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])  # Envoy wants one
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate(made.public_bytes(Encoding.PEM), private)


def _words(said: str) -> str:
    """Its last word on it, without the line of its log around."""
    found = SAID.findall(said)
    text = found[-1] if found else UNKNOWN
    return text.strip().rstrip('"}')[:LONGEST]
