"""Somebody who visits the pages about policies: looks, fills in forms, takes steps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import REASON_HEADER
from gateway.policy_office.proposal import Proposal, ProposalId
from gateway.storage.database import Database
from gateway.storage.migrate import prepare
from gateway.web.app import make_app
from tests.gateway.web.people import assertion_header
from tests.gateway.web.sample import Office
from tests.rig.policy_office import World
from tests.rig.policy_site import AUTHOR, PolicySite

MAY_USE = {
    "id": "map-clerks",
    "roles": ["clerk", "mayor"],
    "applications": ["map"],
    "actions": ["read", "write"],
}
CLOSING = {
    "kind": "suppliers",
    "role": "",
    "application": "",
    "municipality": "",
    "reason_cs": "Řešíme incident.",
    "reason_en": "An incident.",
}


class Visitor:
    def __init__(self, client: TestClient, given: PolicySite) -> None:
        self.client, self.world, self.given = client, given.world, given

    async def get(self, path: str, who=AUTHOR, status: int = 200, language: str = "en") -> str:
        told = headers(who) | {"Accept-Language": language}
        answer = await self.client.get(path, headers=told, allow_redirects=False)
        assert answer.status == status, await answer.text()
        return await answer.text()

    async def post(self, path: str, who=AUTHOR, **form) -> ClientResponse:
        pairs = [
            (k, v) for k, values in form.items() for v in (values if isinstance(values, list) else [values])
        ]
        return await self.client.post(path, headers=headers(who), data=pairs, allow_redirects=False)

    async def done(self, path: str, who=AUTHOR, **form) -> str:
        answer = await self.post(path, who, **form)
        assert answer.status == 303, await answer.text()
        return answer.headers["Location"]

    async def refused(self, path: str, who=AUTHOR, **form) -> tuple[int, str]:
        answer = await self.post(path, who, **form)
        return answer.status, answer.headers.get(REASON_HEADER, "")

    async def begun(self, who=AUTHOR, of: str = "") -> str:
        """The address of a new draft."""
        return (await self.done("/proposals", who, of=of)).removesuffix("/edit")

    async def one(self, page: str) -> Proposal:
        found = await self.world.office.stored(ProposalId(page.rpartition("/")[2]))
        assert found is not None
        return found

    async def filled(self, page: str, who=AUTHOR, form: str = "may-use", **changes) -> str:
        revision = str((await self.one(page)).revision)
        entered = MAY_USE | {"revision": revision, "number": ""} | changes
        return await self.done(f"{page}/form/{form}", who, **entered)

    async def step(self, page: str, step: str, who=AUTHOR, **more) -> str:
        one = await self.one(page)
        purpose = {"note": "Mapy potřebuje i matrika."} if step == "submit" and not one.note else {}
        return await self.done(f"{page}/{step}", who, **({"revision": str(one.revision)} | purpose | more))

    async def submitted(self, who=AUTHOR) -> str:
        page = await self.begun(who)
        await self.filled(page, who)
        await self.step(page, "submit", who)
        return page

    async def approval(self, page: str) -> dict[str, str]:
        return {"digest": (await self.one(page)).digest, "when": "now", "at": ""}


def headers(who) -> dict[str, str]:
    return {
        "Host": "policies.brana.test",
        "Accept": "text/html",
        "Accept-Language": "en",
        "Sec-Fetch-Site": "same-origin",
    } | assertion_header(who)


@asynccontextmanager
async def policy_visitor(folder: Path, **facts: Any) -> AsyncIterator[Visitor]:
    """`facts`: of the site."""
    prepare(folder / "brana.db")
    with closing(Database(folder / "brana.db")) as database:
        given = PolicySite(World(database), **facts)
        desk = Office().desk()
        app = make_app(desk, {"policies.brana.test": given.pages(desk)}, {})
        async with TestClient(TestServer(app)) as client:
            yield Visitor(client, given)
