"""The whole product beside a real domain: its people sign in, choose new passwords, lose roles, and are closed out."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ldap
import pytest
from yarl import URL

from config.vocabulary import DirectoryName
from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.demo.configuration import RECORDS
from gateway.demo.slapd import free_port
from gateway.storage.audit_search import LogSearch
from gateway.storage.directory import StoredReplica
from idp.directory.subject import subject
from idp.login.totp import Secret, new_secret
from tests.rig.code_generator import code_at
from tests.rig.domain_office import HULIN, PASSWORD, ZANETA, dn, domain
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import Product, installed
from tests.rig.samba import GROUPS, PEOPLE, SERVICE, Domain
from tests.rig.samba_surgery import age_password
from tests.rig.visitor import Shown, Visitor

__all__ = ["domain"]
pytestmark = pytest.mark.real

DOMAIN = DirectoryName("domena")
NEW = "Tygr, okno, vlak a mrak 7"
PATIENCE = 20.0  # seconds, on a loaded machine; facts are read every second


def beside(domain: Domain, text: str) -> str:
    """The configuration with a second directory, the domain."""
    rules = (
        f'[[directories.roles]]\ngroup = "CN={role},OU={{municipality}},{GROUPS}"\nrole = "{role}"\n'
        for role in ("registrar", "mayor")
    )
    return text.replace('refresh = "10 s"', 'refresh = "1 s"').replace(
        "[facts]",
        f"""\
[[directories]]
municipalities = ["588491"]
name = "{DOMAIN}"
kind = "active_directory"
servers = ["{domain.url}"]
authority = "{domain.authority}"
bind_dn = "{SERVICE}"
bind_password_file = "{domain.bind_password_file}"
people_base = "{PEOPLE}"
groups_base = "{GROUPS}"
{"".join(rules)}
[facts]""",
    )


@asynccontextmanager
async def running(domain: Domain, folder: Path) -> AsyncIterator[Product]:
    port = free_port()
    upstream = f"http://127.0.0.1:{port}"
    configured = lambda text: beside(domain, text)  # noqa: E731
    async with (
        listening(Neighbour(), port),
        installed(folder, application=upstream, configured=configured) as product,
    ):
        await product.start()
        yield product


async def with_factor(product: Product, domain: Domain, name: str) -> Secret:
    with domain.as_administrator() as root:
        octets = root.read(name, "objectGUID")["objectGUID"][0]
    secret, whose = new_secret(), subject(DOMAIN, str(uuid.UUID(bytes_le=octets)))
    with product.state() as state:
        await state.identities.enrol_for(whose, secret, datetime.now(UTC))
    return secret


async def signing_in(browser: Visitor, url: str, login: str, secret: Secret) -> Shown:
    page = await browser.fill(await browser.get(url), username=login, password=PASSWORD)
    return await browser.fill(page, code=code_at(secret, datetime.now(UTC)))


async def facts_are_read_again(product: Product) -> None:
    begun = datetime.now(UTC)
    with product.state() as state:
        replica = StoredReplica(state.database)
        async with asyncio.timeout(PATIENCE):
            while not ((at := replica.standing(DOMAIN).synced_at) and at > begun):
                await asyncio.sleep(0.1)


async def becomes(browser: Visitor, url: str | URL, status: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await browser.get(url, follow=False)).status != status:
            await asyncio.sleep(0.1)


def since_1601(offset: timedelta) -> int:
    """That far from now, as [MS-ADA1] 2.1 counts: 100 ns each."""
    return int((datetime.now(UTC) + offset - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000


async def why_refused(product: Product, page: Shown) -> set[str]:
    with product.state() as state:
        query = Query(request_id=page.request_id, codes=frozenset({Code.SIGN_IN_PASSWORD_REFUSED}))
        found = await LogSearch(state.database).page(query, limit=10)
        return {recorded.entry.reason for recorded in found.entries}


async def test_people_of_a_domain_work_until_the_domain_says_otherwise(
    domain: Domain, tmp_path_factory: pytest.TempPathFactory
):
    async with running(domain, tmp_path_factory.mktemp("p")) as product:
        records = product.application(RECORDS, HULIN)
        zaneta, mayor = product.visitor(), product.visitor()
        secret = await with_factor(product, domain, ZANETA)
        assert (await signing_in(zaneta, records, "zaneta.novakova@obec.test", secret)).status == 200
        registrars = f"CN=registrar,OU={HULIN},{GROUPS}"
        with domain.as_administrator() as root:
            root.connection.modify_s(registrars, [(ldap.MOD_DELETE, "member", [ZANETA.encode()])])
        await becomes(zaneta, records, 302)

        with domain.as_administrator() as root:
            root.change(dn("starosta"), pwdLastSet=0)
        secret = await with_factor(product, domain, dn("starosta"))
        page = await signing_in(mayor, records, "starosta", secret)
        assert page.title == "Zvolte si nové heslo"
        weak = await mayor.fill(page, old=PASSWORD, new="Heslo1234567", again="Heslo1234567")
        assert "Nové heslo se dá snadno uhodnout" in weak.text
        assert (await mayor.fill(weak, old=PASSWORD, new=NEW, again=NEW)).title == "Heslo bylo změněno"
        assert (await mayor.get(records)).status == 200
        await facts_are_read_again(product)  # the domain's word is that the password holds
        assert (await mayor.get(records, follow=False)).status == 200
        age_password(domain.folder, dn("z.oddeleni"), since_1601(timedelta(hours=1)))
        with domain.as_administrator() as root:
            root.change(dn("nikdy.nejvic"), accountExpires=since_1601(timedelta(minutes=-3)))
            root.change(dn("bez.role"), accountExpires=since_1601(timedelta(minutes=3)))
        for login, reason in (("nikdy.nejvic", "account_expired"), ("bez.role", ""), ("z.oddeleni", "")):
            limited = product.visitor()
            page = await limited.fill(await limited.get(records), username=login, password=PASSWORD)
            assert ('name="enrolment"' in page.text) is (reason == ""), (login, page.title)
            assert await why_refused(product, page) == ({reason} if reason else set())

        left, secret = product.visitor(), await with_factor(product, domain, dn("nikdy.nula"))
        asked = await left.get(records)
        page = await left.fill(asked, username="nikdy.nula", password=PASSWORD)
        assert 'name="code"' in page.text
        with domain.as_administrator() as root:
            root.change(dn("starosta"), userAccountControl=514)
            root.change(dn("nikdy.nula"), userAccountControl=514)
        await becomes(mayor, records, 302)
        await becomes(left, page.url, 400)
        assert (await left.fill(page, code=code_at(secret, datetime.now(UTC)))).status == 400
