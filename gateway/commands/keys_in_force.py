"""The signing keys of the running product: told to Envoy, applications and relying parties before one signs."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import msgspec
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import Connection

from config.settings import Settings
from config.vocabulary import ApplicationId
from gateway.audit.acts import SYSTEM
from gateway.commands.addresses import Addresses
from gateway.commands.state import State
from gateway.devices.founding import founded
from gateway.envoy.devices import told_of
from gateway.grants.assertion import AssertionVerifier
from gateway.grants.claims import Assertion, Grant
from gateway.grants.keys import Purpose
from gateway.grants.ring import MARGIN
from gateway.grants.sign import GrantSigner, SignedGrant, TokenSigner, public_jwks
from gateway.grants.token import Token, TokenVerifier
from gateway.storage.audit import append
from gateway.storage.devices import certificates
from gateway.storage.key_rotation import Change, ring, rotate
from gateway.storage.keys import private_key_of
from idp.oidc.claims import ID_TOKEN_LIFETIME
from idp.oidc.client import Algorithm
from idp.oidc.keys import SigningKey, SigningKeys
from idp.saml.keys import SamlKeys, certified

log = structlog.get_logger("keys")
ALGORITHMS: dict[Purpose, Algorithm] = {Purpose.PROVIDER_ES256: "ES256", Purpose.PROVIDER_RS256: "RS256"}
SAML_ANNOUNCE = timedelta(days=30)  # until then somebody brings each service provider our new metadata
GATES_PATIENCE = timedelta(seconds=2)  # one that is away gets the keys when it is back
LOOK_EVERY = 30  # seconds
OURS = (Purpose.GRANT, Purpose.TECHNICAL, Purpose.ASSERTION)
FOR_PROGRAMS = "assertion-keys.json"  # in `run`, for applications of this same user, as the demo's


def changes(settings: Settings, purposes: Sequence[Purpose], *, compromised: bool) -> list[Change]:
    """What rotating these means: an overlap for as long as what they signed lives."""
    lives = dict.fromkeys(purposes, settings.grants.lifetime + MARGIN)
    # An old id token still says whose sign-out is asked for, as long as the session may last.
    lives |= dict.fromkeys(ALGORITHMS, max(settings.sign_in.absolute, ID_TOKEN_LIFETIME) + MARGIN)
    announced = {Purpose.SAML: SAML_ANNOUNCE}
    return [
        Change(one, announced.get(one, settings.keys.announce), lives[one], compromised) for one in purposes
    ]


class Gates(Protocol):
    """Where the keys go by which grants and access tokens are verified, as `for_gates` gives them."""

    async def publish_keys(self, keys: Mapping[str, Any]) -> None: ...

    async def keys_applied(self, timeout: timedelta) -> bool: ...  # noqa: ASYNC109 - a bound, not a cancellation


class KeysInForce:
    """Asked for every signature and verification; `apply` when something may have changed. Raises NoKeySigns."""

    def __init__(
        self,
        state: State,
        gates: Gates,
        addresses: Addresses,
        provider_changed: Callable[[], None],
        now: datetime,
    ) -> None:
        state.keys  # noqa: B018 - a first start makes them
        self._state, self._gates, self._addresses = state, gates, addresses
        self._provider_changed = provider_changed
        if state.settings.saml_service_providers:
            _make_for_saml(state, now)
        self._ring = state.database.read_now(lambda connection: ring(connection, state.seal))
        self.device_authorities = self._certify_devices(now)
        """Who does, the newest first; nobody where no devices are enrolled."""
        self._names = self._finished = self._in_force(now)
        self._one_at_a_time = asyncio.Lock()
        self._verify()
        self._sign()
        self.provider = SigningKeys(self._of_provider())
        self.saml = self._of_saml()
        """None where there are no service providers, and for a moment after a reload that names the first."""
        self._tell_programs()

    def under(self, state: State) -> None:
        """From now on keys follow each other by these settings."""
        self._state = state

    def sign(self, grant: Grant) -> SignedGrant:
        return self._signer.sign(grant)

    def sign_token(self, grant: Grant, account: str) -> str:
        return self._token_signer.sign(grant, account)

    def read_assertion(self, token: str, audience: ApplicationId, now: datetime) -> Assertion:
        """Raises SamlRequestRefused."""
        return self._verifier(token, audience, now)

    def read_token(self, text: str, audience: ApplicationId, now: datetime) -> Token:
        """Raises TokenRefused."""
        return self._token_verifier(text, audience, now)

    def for_gates(self) -> dict[str, Any]:
        """For every Envoy. JWK sets: of grants, and of access tokens of technical accounts; and the certificates (PEM)
        of those that certify devices.
        """
        sets = {"grants": Purpose.GRANT, "tokens": Purpose.TECHNICAL}
        told: dict[str, Any] = {name: public_jwks(*self._believed(purpose)) for name, purpose in sets.items()}
        if self.device_authorities:
            told |= told_of([_pem(one) for one in self.device_authorities])
        return told

    def assertion_keys(self) -> dict[str, Any]:
        """JWK set for applications."""
        return public_jwks(*self._believed(Purpose.ASSERTION))

    async def look_again(self, now: datetime) -> bool:
        """Take in what is in the database; whether every gate that can be reached verifies by it."""
        async with self._one_at_a_time:
            self._ring = await self._state.database.read(
                lambda connection: ring(connection, self._state.seal)
            )
            enrolled = self._state.settings.devices.enabled
            authorities = await self._state.database.read(certificates) if enrolled else []
            if authorities != self.device_authorities:
                self.device_authorities, self._finished = authorities, {}
            await self._apply(now)
        return await self._gates.keys_applied(GATES_PATIENCE)

    async def apply(self, now: datetime) -> None:
        """What has come into force or ended by now: verifiers first, then whoever signs."""
        async with self._one_at_a_time:
            if self._state.settings.saml_service_providers and self.saml is None:
                await asyncio.to_thread(_make_for_saml, self._state, now)
                self._ring = await self._state.database.read(
                    lambda connection: ring(connection, self._state.seal)
                )
            await self._apply(now)

    def _certify_devices(self, now: datetime) -> list[x509.Certificate]:
        """The first is made at the first start with devices: connections ask for its certificates from then on."""
        state = self._state
        if not state.settings.devices.enabled:
            return []
        if found := state.database.read_now(certificates):
            return found
        make = partial(founded, state.settings.public.domain, now)
        state.database.write_soon(partial(state.devices.found, make=make)).result()
        return state.database.read_now(certificates)

    async def _apply(self, now: datetime) -> None:
        names = self._in_force(now)
        if names == self._finished:
            return
        self._names = names
        self._verify()
        await self._gates.publish_keys(self.for_gates())
        self._tell_programs()
        if not await self._gates.keys_applied(GATES_PATIENCE):
            log.warning("keys.not_taken_yet", by="Envoy")
        self._sign()
        self.provider.replace(self._of_provider())
        self.saml = self._of_saml()
        self._provider_changed()
        self._finished = names  # last: what fails on the way is begun anew
        log.info("keys.in_force", **{str(purpose): ids for purpose, ids in names.items()})

    async def rotate_when_due(self, now: datetime) -> None:
        """Another node may be at it too: whoever writes first has done it for all."""
        settings, state = self._state.settings, self._state
        if not self._ring.due(now, settings.keys.rotate_every):
            return

        def work(connection: Connection) -> None:
            due = ring(connection, state.seal).due(now, settings.keys.rotate_every)
            wanted = changes(settings, due, compromised=False)
            rotate(connection, state.seal, append, wanted, SYSTEM, now)

        await state.database.write(work)
        await self.look_again(now)

    def _tell_programs(self) -> None:
        """The file from which applications of this same user read the keys of assertions; whole or as it was.

        No longer than until the next start, so nobody waits here for the disk (`config.durable` would).
        """
        file = self._state.run / FOR_PROGRAMS
        draft = file.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(self.assertion_keys()))
        draft.replace(file)

    def _in_force(self, now: datetime) -> dict[Purpose, tuple[str, ...]]:
        """Ids of the keys that are believed, the one that signs first."""
        wanted: list[Purpose] = [*OURS, *ALGORITHMS]
        if self._state.settings.saml_service_providers and any(
            one.purpose is Purpose.SAML for one in self._ring.keys
        ):
            wanted.append(Purpose.SAML)
        return {purpose: tuple(one.id for one in self._ring.verifying(purpose, now)) for purpose in wanted}

    def _sign(self) -> None:
        grant, technical, assertion = (self._believed(purpose)[0] for purpose in OURS)
        issuer, portal = self._addresses.issuer, self._addresses.portal
        self._signer = GrantSigner(grant, assertion, portal)
        self._token_signer = TokenSigner(technical, assertion, issuer, portal)

    def _verify(self) -> None:
        self._verifier = AssertionVerifier(self._believed(Purpose.ASSERTION), self._addresses.portal)
        self._token_verifier = TokenVerifier(self._believed(Purpose.TECHNICAL), self._addresses.issuer)

    def _believed(self, purpose: Purpose) -> list[ECKey]:
        """The one that signs comes first."""
        return [self._ec(name) for name in self._names[purpose]]

    def _of_provider(self) -> list[SigningKey]:
        return [
            SigningKey(algorithm, self._key(one))
            for purpose, algorithm in ALGORITHMS.items()
            for one in self._names[purpose]
        ]

    def _of_saml(self) -> SamlKeys | None:
        names = self._names.get(Purpose.SAML, ())
        host = self._addresses.issuer.removeprefix("https://")
        kept = {one.id: one for one in self._ring.keys}
        held = [certified(kept[name].private, host, kept[name].created_at) for name in names]
        return SamlKeys(held[0], tuple(held)) if held else None

    def _ec(self, name: str) -> ECKey:
        key = self._key(name)
        assert isinstance(key, ECKey), name
        return key

    def _key(self, name: str) -> ECKey | RSAKey:
        kept = next(one for one in self._ring.keys if one.id == name)
        kind = RSAKey if kept.purpose is Purpose.PROVIDER_RS256 else ECKey
        return kind.import_key(kept.private)


def _make_for_saml(state: State, now: datetime) -> None:
    """Where there is none yet. Waits for the database."""
    private_key_of(state.database, state.seal, append, now)(Purpose.SAML)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


async def keep_keys(keys: KeysInForce, now: Callable[[], datetime]) -> None:
    """The round: what comes into force by the clock, each second; what others wrote and what is due, less often."""
    while True:
        await keys.rotate_when_due(now())
        await keys.look_again(now())
        for _ in range(LOOK_EVERY):
            await asyncio.sleep(1)
            await keys.apply(now())
