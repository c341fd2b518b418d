"""Programs that come by themselves, and the product that lets them in: certificates, keys, tokens.

`async with programs(folder) as ground:` is `brana serve` with two applications that technical accounts may use; both
are the same neighbour, which keeps what it was sent.
"""

import contextlib
import json
import ssl
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.demo.configuration import POLICIES, RECORDS
from gateway.demo.people import CENTRE, HULIN, inhabitants
from gateway.demo.slapd import free_port
from gateway.demo.start import DOMAIN
from gateway.demo.world import draw_accounts
from tests.rig.attacked import Ground
from tests.rig.fleet import fleet
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import installed
from tests.rig.visitor import Loopback

AGENDA, STORES = "agenda", "sklad"
RULES = """
@id("programs-read")
@title_cs("Programy čtou")
@title_en("Programs read")
permit (principal is TechnicalAccount, action == Action::"read", resource)
when {{ principal.roles.contains(Role::"mail_room") && resource.municipality == Municipality::"{centre}" }};

@id("people-read")
@title_cs("Lidé čtou agendu")
@title_en("People read the agenda")
permit (principal is Person, action == Action::"read", resource in Application::"agenda");
"""
SETTINGS = """
[technical]
authority = "programs/ca.pem"
revocation_list = "programs/ca.crl"

[[oidc_clients]]
id = "evidence"
redirect_uris = ["https://evidence.{domain}/callback"]
authentication = "tls_client_auth"
tls_client_auth_san_dns = "evidence.{domain}"
tls_client_certificate_bound_access_tokens = true
refresh = "always"

[[applications]]
id = "agenda"
host = "agenda.{domain}"
technical = true
technical_host = "api.{domain}"
upstreams = ["http://127.0.0.1:{port}"]
title = {{ cs = "Agenda", en = "Agenda" }}
description = {{ cs = "", en = "" }}
routes = [
  {{ path = "/feed", websocket = true, action = "read" }},
  {{ methods = ["GET"], action = "read" }},
  {{ action = "write" }},
]

[[applications]]
id = "sklad"
host = "sklad.{domain}"
technical = true
upstreams = ["http://127.0.0.1:{port}"]
title = {{ cs = "Sklad", en = "Stores" }}
description = {{ cs = "", en = "" }}
routes = [{{ action = "read" }}]

[[technical_accounts]]
id = "podatelna"
name = "Import podatelny"
owner = "Jan Novák, 573 321 100"
roles = [{{ municipality = "{centre}", role = "mail_room" }}]
ends = 2099-12-31
secret = true
keys = "programs/podatelna.json"

[[technical_accounts]]
id = "cidla"
name = "Čidla skladu"
owner = "Jan Novák, 573 321 100"
roles = [{{ municipality = "{centre}", role = "mail_room" }}]
ends = 2099-12-31
networks = ["127.0.0.0/16"]
certificate = {{ names = ["cidla.{domain}"] }}

[[technical_accounts]]
id = "davno"
name = "Starý program"
owner = "Jan Novák, 573 321 100"
roles = [{{ municipality = "{centre}", role = "mail_room" }}]
ends = 2020-12-31
secret = true

[[technical_accounts]]
id = "ostatni"
name = "Program bez pravidla"
owner = "Jan Novák, 573 321 100"
roles = [{{ municipality = "{centre}", role = "clerk" }}, {{ municipality = "{hulin}", role = "clerk" }}]
ends = 2099-12-31
secret = true
"""


@dataclass(frozen=True, slots=True)
class Told:
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def request_id(self) -> str:
        return self.headers["x-request-id"]


@dataclass(frozen=True, slots=True)
class Maker:
    """An authority of client certificates, in `folder`."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    revoked: list[int] = field(default_factory=list)

    def client(
        self,
        name: str = f"cidla.{DOMAIN}",
        *,
        purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH,
        ends: timedelta = timedelta(days=1),
    ) -> tuple[Path, int]:
        """File with certificate and key, and the serial number."""
        key, now, serial = (
            ec.generate_private_key(ec.SECP256R1()),
            datetime.now(UTC),
            x509.random_serial_number(),
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(serial)
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + ends)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        file = self.folder / f"{uuid.uuid4()}.pem"
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + _pem(key))
        return file, serial

    def revoke(self, *serials: int) -> None:
        """Write the list anew with these too, in place of the one before, as an operator would."""
        self.revoked.extend(serials)
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - timedelta(hours=1))
            .next_update(now + timedelta(days=7))
        )
        for serial in self.revoked:
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
            builder = builder.add_revoked_certificate(one)
        draft = self.folder / "ca.crl.new"
        draft.write_bytes(builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        draft.rename(self.folder / "ca.crl")


def maker(folder: Path, title: str = "Autorita programů") -> Maker:
    folder.mkdir(parents=True, exist_ok=True)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_name(title))
        .issuer_name(_name(title))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made = Maker(folder, key, certificate)
    made.revoke()
    return made


@dataclass(frozen=True, slots=True)
class Programs:
    ground: Ground
    authority: Maker
    revoked: Path
    """A certificate that is on the list."""
    key: ECKey
    """Of the account `podatelna`."""
    to: str = "127.0.0.1"
    """Where every name leads."""

    def address(self, label: str) -> str:
        return f"https://{self.ground.product.addresses.authority(f'{label}.{DOMAIN}')}"

    async def ask(
        self,
        url: str,
        method: str = "GET",
        *,
        certificate: Path | None = None,
        source: str = "127.0.0.1",
        data: Mapping[str, str] | None = None,
        **headers: str,
    ) -> Told:
        """One request on a connection of its own; names of headers with `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._connected(certificate, source) as http:
            return await _told(http, url, method, sent, data)

    @contextlib.asynccontextmanager
    async def one_connection(
        self, certificate: Path | None = None, **headers: str
    ) -> AsyncIterator[Callable[[str], Awaitable[Told]]]:
        """GET of an address, always on the same connection."""
        async with self._connected(certificate, "127.0.0.1") as http:
            yield lambda url: _told(http, url, "GET", headers, None)

    @contextlib.asynccontextmanager
    async def web_socket(
        self, url: str, certificate: Path | None = None, **headers: str
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        async with (
            self._connected(certificate, "127.0.0.1") as http,
            http.ws_connect(url, headers=headers) as opened,
        ):
            yield opened

    def _connected(self, certificate: Path | None, source: str) -> aiohttp.ClientSession:
        tls = ssl.create_default_context(cafile=str(self.ground.product.world.authority))
        if certificate is not None:
            tls.load_cert_chain(certificate)
        resolver, local = Loopback(self.to), (source, 0)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=tls, resolver=resolver, local_addr=local, limit=1)
        )

    async def token(
        self, account: str = "podatelna", secret: str = "", *, source: str = "127.0.0.1", **more: str
    ) -> Told:
        form = {"grant_type": "client_credentials", "resource": self.address("agenda"), **more}
        proof = {"Authorization": aiohttp.encode_basic_auth(account, secret)} if secret else {}
        return await self.ask(self.address("login") + "/token", "POST", data=form, source=source, **proof)

    def assertion(self, key: ECKey | None = None, algorithm: str = "ES256", **claims: Any) -> dict[str, str]:
        """Parameters that prove `podatelna` (RFC 7523 §2.2)."""
        now = int(time.time())
        usual = {"iss": "podatelna", "sub": "podatelna", "aud": self.address("login"), "exp": now + 60}
        said = {**usual, "iat": now, "jti": str(uuid.uuid4()), **claims}
        text = jwt.encode({"alg": algorithm}, said, key or self.key, algorithms=[algorithm])
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return {"client_assertion": text, "client_assertion_type": kind}

    async def secret(self, account: str = "podatelna") -> tuple[str, str]:
        """A new one, and its public name."""
        said = await self.ground.brana("technical", "issue-secret", account)
        words = said.split()
        return next(word for word in words if word.startswith("brana-secret-")), words[1]


async def _told(
    http: aiohttp.ClientSession,
    url: str,
    method: str,
    sent: Mapping[str, str],
    data: Mapping[str, str] | None,
) -> Told:
    async with http.request(method, url, headers=sent, data=data, allow_redirects=False) as answer:
        text = await answer.text()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return Told(answer.status, answer.headers, json.loads(text) if is_json else text)


@dataclass(frozen=True, slots=True)
class Papers:
    """What lies in `folder` for programs: an authority, a revoked certificate, a program's key, policies."""

    folder: Path
    authority: Maker
    revoked: Path
    key: ECKey

    def configured(self, text: str, port: int) -> str:
        """A configuration with the applications, at `port`, and the accounts."""
        settings = SETTINGS.format(domain=DOMAIN, port=port, centre=CENTRE, hulin=HULIN)
        settings = settings.replace('"programs/', f'"{self.folder}/programs/')
        return text.replace(str(POLICIES / "region"), str(self.folder / "region")) + settings


def papers(folder: Path) -> Papers:
    authority = maker(folder / "programs")
    revoked, serial = authority.client()
    authority.revoke(serial)
    key = ECKey.generate_key("P-256")
    public = {"keys": [key.as_dict(private=False)]}
    (folder / "programs" / "podatelna.json").write_text(json.dumps(public))
    region = folder / "region"
    region.mkdir()
    for file in (POLICIES / "region").iterdir():
        (region / file.name).write_bytes(file.read_bytes())
    (region / "70-programs.cedar").write_text(RULES.format(centre=CENTRE), "utf-8")
    return Papers(folder, authority, revoked, key)


@contextlib.asynccontextmanager
async def programs(folder: Path, in_public: str = "") -> AsyncIterator[Programs]:
    """`in_public`: more settings of the table `[public]`."""
    upstream, port, made = Neighbour(web_socket=True), free_port(), papers(folder)

    def configured(text: str) -> str:
        return made.configured(text.replace("[public]\n", f"[public]\n{in_public}\n", 1), port)

    people = draw_accounts(inhabitants([CENTRE]))
    async with (
        listening(upstream, port),
        installed(
            folder, people, {RECORDS: f"http://127.0.0.1:{port}", **_others(port)}, configured
        ) as product,
    ):
        with product.state() as state:
            await product.start()
            ground = Ground(product, upstream, (0, 0), state)
            yield Programs(ground, made.authority, made.revoked, made.key)


@contextlib.asynccontextmanager
async def programs_of_a_fleet(folder: Path) -> AsyncIterator[Programs]:
    """They ask the edge `b`; `a` decides."""
    upstream, port, made = Neighbour(web_socket=True), free_port(), papers(folder)
    async with (
        listening(upstream, port),
        fleet(
            folder,
            application=f"http://127.0.0.1:{port}",
            configured=lambda _name, text: made.configured(text, port),
        ) as office,
    ):
        ground = Ground(office.product, upstream, (0, 0), office.state)
        yield Programs(ground, made.authority, made.revoked, made.key, office["b"].address)


def _others(port: int) -> dict[Any, str]:
    return dict.fromkeys(("budget", "map"), f"http://127.0.0.1:{port}")


def _name(title: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
