"""The signing keys of the running product: told to Envoy, applications and relying parties before one signs."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from joserfc.jwk import ECKey, RSAKey

from config.settings import Settings
from config.vocabulary import ApplicationId
from gateway.audit.acts import SYSTEM
from gateway.commands.state import State
from gateway.envoy.discovery import Discovery
from gateway.grants.assertion import AssertionVerifier
from gateway.grants.claims import Assertion, Grant
from gateway.grants.keys import Purpose
from gateway.grants.ring import MARGIN
from gateway.grants.sign import GrantSigner, SignedGrant, public_jwks
from gateway.storage.audit import append
from gateway.storage.key_rotation import Change, ring, rotate
from idp.oidc.claims import ID_TOKEN_LIFETIME
from idp.oidc.client import Algorithm
from idp.oidc.keys import SigningKey, SigningKeys

log = structlog.get_logger("keys")
ALGORITHMS: dict[Purpose, Algorithm] = {Purpose.PROVIDER_ES256: "ES256", Purpose.PROVIDER_RS256: "RS256"}
ENVOY_PATIENCE = timedelta(seconds=2)  # one that is away gets the keys when it is back
LOOK_EVERY = 30  # seconds
FOR_PROGRAMS = "assertion-keys.json"  # in `run`, for applications of this machine


def changes(settings: Settings, purposes: Sequence[Purpose], *, compromised: bool) -> list[Change]:
    """What rotating these means: an overlap for as long as what they signed lives."""
    lives = dict.fromkeys(purposes, settings.grants.lifetime + MARGIN)
    # An old id token still says whose sign-out is asked for, as long as the session may last.
    lives |= dict.fromkeys(ALGORITHMS, max(settings.sign_in.absolute, ID_TOKEN_LIFETIME) + MARGIN)
    return [Change(one, settings.keys.announce, lives[one], compromised) for one in purposes]


class KeysInForce:
    """Asked for every signature and verification; `apply` when something may have changed. Raises NoKeySigns."""

    def __init__(
        self,
        state: State,
        discovery: Discovery,
        issuer: str,
        provider_changed: Callable[[], None],
        now: datetime,
    ) -> None:
        state.keys  # noqa: B018 - a first start makes them
        self._state, self._discovery, self._issuer = state, discovery, issuer
        self._provider_changed = provider_changed
        self._ring = state.database.read_now(lambda connection: ring(connection, state.seal))
        self._names = self._in_force(now)
        self._verifier = self._verifying()
        self._signer = self._signing()
        self.provider = SigningKeys(self._of_provider())
        self._tell_programs()

    def sign(self, grant: Grant) -> SignedGrant:
        return self._signer.sign(grant)

    def read_assertion(self, token: str, audience: ApplicationId, now: datetime) -> Assertion:
        """Raises AssertionRefused."""
        return self._verifier(token, audience, now)

    def grant_keys(self) -> dict[str, Any]:
        """JWK set for Envoy."""
        return public_jwks(*map(self._ec, self._names[Purpose.GRANT]))

    def assertion_keys(self) -> dict[str, Any]:
        """JWK set for applications."""
        return public_jwks(*map(self._ec, self._names[Purpose.ASSERTION]))

    async def look_again(self, now: datetime) -> None:
        """Take in what is in the database."""
        self._ring = await self._state.database.read(lambda connection: ring(connection, self._state.seal))
        await self.apply(now)

    async def apply(self, now: datetime) -> None:
        """What has come into force or ended by now: verifiers first, then whoever signs."""
        names, before = self._in_force(now), self._names
        if names == before:
            return
        self._names = names
        self._verifier = self._verifying()
        self._discovery.publish_grant_keys(self.grant_keys(), self._state.settings.applications)
        self._tell_programs()
        if not await self._discovery.grant_keys_applied(ENVOY_PATIENCE):
            log.warning("keys.not_taken_yet", by="Envoy")
        self._signer = self._signing()
        self.provider.replace(self._of_provider())
        self._provider_changed()
        log.info("keys.in_force", **{str(purpose): ids for purpose, ids in names.items()})

    async def rotate_when_due(self, now: datetime) -> None:
        settings = self._state.settings
        if due := self._ring.due(now, settings.keys.rotate_every):
            wanted = changes(settings, due, compromised=False)
            await self._state.database.write(
                lambda connection: rotate(connection, self._state.seal, append, wanted, SYSTEM, now)
            )
            await self.look_again(now)

    def _tell_programs(self) -> None:
        """The file from which applications of this machine read the keys of assertions; whole or as it was."""
        file = self._state.run / FOR_PROGRAMS
        draft = file.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(self.assertion_keys()))
        draft.replace(file)

    def _in_force(self, now: datetime) -> dict[Purpose, tuple[str, ...]]:
        """Ids of the keys that are believed, the one that signs first."""
        wanted = (Purpose.GRANT, Purpose.ASSERTION, *ALGORITHMS)
        return {purpose: tuple(one.id for one in self._ring.verifying(purpose, now)) for purpose in wanted}

    def _signing(self) -> GrantSigner:
        grant, assertion = (self._names[purpose][0] for purpose in (Purpose.GRANT, Purpose.ASSERTION))
        return GrantSigner(self._ec(grant), self._ec(assertion), self._issuer)

    def _verifying(self) -> AssertionVerifier:
        return AssertionVerifier([self._ec(one) for one in self._names[Purpose.ASSERTION]], self._issuer)

    def _of_provider(self) -> list[SigningKey]:
        return [
            SigningKey(algorithm, self._key(one))
            for purpose, algorithm in ALGORITHMS.items()
            for one in self._names[purpose]
        ]

    def _ec(self, name: str) -> ECKey:
        key = self._key(name)
        assert isinstance(key, ECKey), name
        return key

    def _key(self, name: str) -> ECKey | RSAKey:
        kept = next(one for one in self._ring.keys if one.id == name)
        kind = RSAKey if kept.purpose is Purpose.PROVIDER_RS256 else ECKey
        return kind.import_key(kept.private)


async def keep_keys(keys: KeysInForce, now: Callable[[], datetime]) -> None:
    """The round: what comes into force by the clock, each second; what others wrote and what is due, less often."""
    while True:
        await keys.rotate_when_due(now())
        await keys.look_again(now())
        for _ in range(LOOK_EVERY):
            await asyncio.sleep(1)
            await keys.apply(now())
