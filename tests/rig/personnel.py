"""Personnel systems that push people, and the product that takes it in.

`async with personnel(folder) as office:` is `brana serve` with a real directory, and two personnel systems: `vema` of
Kroměříž and `hulin` of Hulín; `cizi` is a technical account that is none, `ctenar` may only read.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from gateway.demo.configuration import POLICIES, RECORDS
from gateway.demo.people import CENTRE, HULIN, inhabitants
from gateway.demo.slapd import free_port
from gateway.demo.start import DOMAIN
from gateway.demo.world import draw_accounts
from gateway.personnel.attributes import CORE, ENTERPRISE
from gateway.personnel.documents import PATCH
from tests.rig.attacked import Ground
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import installed
from tests.rig.programs import Programs, Told, maker

CLOSED_AT_MOST = 4
POLICY = """
@id("personnel-writes")
@title_cs("Personální systémy zapisují")
@title_en("Personnel systems write")
permit (principal is TechnicalAccount, action, resource in Application::"personnel")
when { principal.roles.contains(Role::"mail_room") };

@id("personnel-read")
@title_cs("Čtenáři čtou")
@title_en("Readers read")
permit (principal is TechnicalAccount, action == Action::"read", resource in Application::"personnel")
when { principal.roles.contains(Role::"clerk") };
"""
SETTINGS = """
[technical]
authority = "{folder}/programs/ca.pem"

[[applications]]
id = "personnel"
host = "personnel.{domain}"
technical = true
technical_host = "mzdy-api.{domain}"
upstreams = ["brana:scim"]
title = {{ cs = "Personální systémy", en = "Personnel systems" }}
description = {{ cs = "", en = "" }}
routes = [{{ methods = ["GET"], action = "read" }}, {{ action = "write" }}]
"""
ACCOUNT = """
[[technical_accounts]]
id = "{id}"
name = "Personalistika {id}"
owner = "Jan Novák, 573 321 100"
roles = [{{ municipality = "{municipality}", role = "{role}" }}]
ends = 2099-12-31
secret = true
"""
BY_CERTIFICATE = """
[[technical_accounts]]
id = "mzdy"
name = "Mzdy bez tokenu"
owner = "Jan Novák, 573 321 100"
roles = [{{ municipality = "{municipality}", role = "mail_room" }}]
ends = 2099-12-31
networks = ["127.0.0.0/16"]
certificate = {{ names = ["mzdy.{domain}"] }}
"""
SOURCE = """
[[personnel]]
account = "{id}"
directory = "{directory}"
most_closed = {most}
roles = [{roles}]
"""
GIVEN = "".join(
    f'{{ value = "{word}", role = "{role}", municipality = "{CENTRE}" }}, '
    for word, role in (("Účetní", "accountant"), ("MATRIKA", "registrar"))
)
"""What `vema` may give; the others give nothing."""
ACCOUNTS = (
    ("vema", CENTRE, "mail_room"),
    ("hulin", HULIN, "mail_room"),
    ("cizi", CENTRE, "mail_room"),
    ("ctenar", CENTRE, "clerk"),
    ("brzda", CENTRE, "mail_room"),
    ("spech", CENTRE, "mail_room"),
)
SOURCES = ("mzdy", "vema", "hulin", "ctenar", "brzda", "spech")


def written(user_name: str, *, number: str = "", **core: Any) -> dict[str, Any]:
    """A user as a personnel system writes it."""
    further = {ENTERPRISE: {"employeeNumber": number}} if number else {}
    return {"schemas": [CORE, ENTERPRISE], "userName": user_name, "active": True, **core, **further}


def operations(*each: Mapping[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(each)}


@dataclass(frozen=True, slots=True)
class Office:
    programs: Programs
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def ground(self) -> Ground:
        return self.programs.ground

    @property
    def address(self) -> str:
        return self.programs.address("personnel")

    async def token(self, account: str) -> str:
        if account not in self._tokens:
            secret, _ = await self.programs.secret(account)
            told = await self.programs.token(account, secret, resource=self.address)
            assert told.status == 200, told.body
            self._tokens[account] = str(told.body["access_token"])
        return self._tokens[account]

    async def push(
        self,
        method: str,
        path: str,
        document: object = None,
        *,
        account: str = "vema",
        certificate: Path | None = None,
        **headers: str,
    ) -> Told:
        """By a token, or by a certificate at the host of those; names of headers with `_` for `-`."""
        token = {} if certificate else {"Authorization": f"Bearer {await self.token(account)}"}
        address = self.programs.address("mzdy-api") if certificate else self.address
        sent = {
            **token,
            "Content-Type": "application/scim+json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        async with (
            self.programs._connected(certificate, "127.0.0.1") as http,
            http.request(
                method,
                f"{address}/scim/v2{path}",
                headers=sent,
                data=None if document is None else data,
                allow_redirects=False,
            ) as answer,
        ):
            return await _told(answer)

    async def add(self, user_name: str, *, account: str = "vema", **said: Any) -> Told:
        return await self.push("POST", "/Users", written(user_name, **said), account=account)

    async def set_active(self, identifier: str, *, active: bool, account: str = "vema") -> Told:
        change = operations({"op": "replace", "path": "active", "value": active})
        return await self.push("PATCH", f"/Users/{identifier}", change, account=account)


async def _told(answer: aiohttp.ClientResponse) -> Told:
    text = await answer.text()
    return Told(
        answer.status, answer.headers, json.loads(text) if text and "json" in answer.content_type else text
    )


@contextlib.asynccontextmanager
async def personnel(folder: Path) -> AsyncIterator[Office]:
    upstream, port, authority = Neighbour(), free_port(), maker(folder / "programs")
    region = folder / "region"
    region.mkdir()
    for file in (POLICIES / "region").iterdir():
        (region / file.name).write_bytes(file.read_bytes())
    (region / "70-personnel.cedar").write_text(POLICY, "utf-8")

    def configured(text: str) -> str:
        directory = text.split("[[directories]]", 1)[1].split('name = "', 1)[1].split('"', 1)[0]
        more = SETTINGS.format(domain=DOMAIN, folder=folder)
        more += BY_CERTIFICATE.format(domain=DOMAIN, municipality=CENTRE) + "".join(
            ACCOUNT.format(id=id_, municipality=where, role=role) for id_, where, role in ACCOUNTS
        )
        more += "".join(
            SOURCE.format(
                id=one,
                directory=directory,
                most=CLOSED_AT_MOST if one == "brzda" else 100,
                roles=GIVEN if one == "vema" else "",
            )
            for one in SOURCES
        )
        return text.replace(str(POLICIES / "region"), str(region)) + more

    people = draw_accounts(inhabitants([CENTRE, HULIN]))
    served = {
        RECORDS: f"http://127.0.0.1:{port}",
        "budget": f"http://127.0.0.1:{port}",
        "map": f"http://127.0.0.1:{port}",
    }
    async with listening(upstream, port), installed(folder, people, served, configured) as product:
        with product.state() as state:
            await product.start()
            ground = Ground(product, upstream, (0, 0), state)
            yield Office(Programs(ground, authority, folder, None))
