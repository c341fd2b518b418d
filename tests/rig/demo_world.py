"""The demo's world, prepared once and running for a module's tests, and assertions signed as the gateway does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.demo.start import Running, prepare, running
from gateway.demo.world import World

ISSUER = "https://login.brana.localhost:8443/assertion"


@dataclass(frozen=True, slots=True)
class Signer:
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    def publish(self, path: Path) -> None:
        path.write_text(json.dumps({"keys": [self.key.as_dict(private=False, kid=self.key.thumbprint())]}))

    def headers(self, audience: str, municipality: str = "588491", **changes: Any) -> dict[str, str]:
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "sub": "0c5d8a52-1111-4222-8333-444455556666",
            "name": "Jana Nováková",
            "preferred_username": "novakova.jana",
            "sid": "s",
            "municipality": municipality,
            "roles": ["registrar", "clerk"],
            "actions": ["read", "write", "sign"],
            "iat": now,
            "exp": now + 300,
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "ES256", "kid": self.key.thumbprint()}
        return {"x-brana-assertion": jwt.encode(header, claims, self.key, algorithms=["ES256"])}


@dataclass(frozen=True, slots=True)
class Demo:
    world: World
    running: Running
    signer: Signer
    keys: Path


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return prepare(tmp_path_factory.mktemp("demo"), datetime.now(UTC))


@pytest.fixture(scope="module")
def demo(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    signer, keys = Signer(), tmp_path_factory.mktemp("keys") / "jwks.json"
    signer.publish(keys)
    with running(world, ISSUER, keys, "https://portal.brana.localhost:8443/") as addresses:
        yield Demo(world, addresses, signer, keys)
