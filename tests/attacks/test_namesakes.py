"""Whoever may create accounts makes one whose name looks like somebody's, to have what that person has."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import ldap
import pytest

from config.vocabulary import DirectoryName, SubjectId
from gateway.audit.entry import Code
from gateway.demo import ldif
from gateway.storage.directory_reading import StoredReading
from idp.login.totp import Secret
from tests.rig.attacked import Ground
from tests.rig.code_generator import code_at
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
OFFICE = DirectoryName("kromeriz")
SECRET = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
VICTIM, NAMESAKE, PASSWORD = "strauss", "strauß", "heslo-jmenovce-1"


@contextmanager
def account(ground: Ground, login: str) -> Iterator[SubjectId]:
    """An account in no group at all; gone at the end."""
    dn = ldif.person_dn(login)
    said = {"uid": login, "cn": login, "displayName": login, "sn": login, "mail": f"{len(login)}@obec.test"}
    facts = [("objectClass", [b"inetOrgPerson"]), ("userPassword", [PASSWORD.encode()])]
    with ground.product.as_root() as root:
        root.add_s(dn, [*facts, *((name, [value.encode()]) for name, value in said.items())])
        ((_, read),) = root.search_s(dn, ldap.SCOPE_BASE, attrlist=["entryUUID"])
    try:
        yield SubjectId(f"{OFFICE}:{read['entryUUID'][0].decode()}")
    finally:
        with ground.product.as_root() as root:
            root.delete_s(dn)


async def test_an_account_whose_name_only_looks_like_somebody_s_has_nothing_of_theirs_and_throws_nobody_out(
    ground: Ground,
) -> None:
    clerk = ground.somebody()
    of_clerk = f"(member={ldif.person_dn(clerk.login)})"
    with account(ground, VICTIM) as victim:
        await ground.state.identities.enrol_for(victim, SECRET, datetime.now(UTC))
        with ground.product.as_root() as root:
            group = root.search_s(ldif.GROUPS, ldap.SCOPE_SUBTREE, of_clerk, ["cn"])[0][0]
            root.modify_s(group, [(ldap.MOD_ADD, "member", [ldif.person_dn(VICTIM).encode()])])
        await known(ground, VICTIM, groups=1)
        theirs = ground.browser()
        assert (await signed_in(ground, theirs, VICTIM)) == 200
        with account(ground, NAMESAKE) as namesake:
            await ground.state.identities.enrol_for(namesake, SECRET, datetime.now(UTC))
            await known(ground, NAMESAKE)  # told by the directory, beside the victim
            mine = ground.browser()
            assert (await signed_in(ground, mine, NAMESAKE)) == 403
            await ground.brana("directory", "sync", OFFICE, "--full")
            shown = await mine.get(ground.records())
            assert shown.status == 403
            await ground.refused(shown, "no_role")
            found = await ground.entries(at_least=1, person=NAMESAKE)  # a search finds look-alikes, too
            said = {(one.code, one.reason) for one in found if one.subject == namesake}
            assert (Code.DECISION_REFUSE, "no_role") in said
            assert not {code for code, _ in said} & {Code.DECISION_PERMIT, Code.FACTS_CHANGED}
            assert (await theirs.get(ground.records(), follow=False)).status == 200


async def signed_in(ground: Ground, browser: Visitor, login: str) -> int:
    """Status of the page of records that follows."""
    page = await browser.get(ground.records())
    page = await browser.fill(page, username=login, password=PASSWORD)
    return (await browser.fill(page, code=code_at(SECRET, datetime.now(UTC)))).status


async def known(ground: Ground, login: str, groups: int = 0) -> None:
    """Until the product knows of the account and its groups."""
    reading = StoredReading(ground.state.database)
    async with asyncio.timeout(10):
        while [len(one.groups) for one in await reading.named(OFFICE, login)] != [groups]:
            await asyncio.sleep(0.02)
