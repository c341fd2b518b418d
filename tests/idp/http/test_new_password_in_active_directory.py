"""People of a real domain whose passwords are over choose new ones on the pages of the sign-in."""

from collections.abc import AsyncIterator

import pytest

from gateway.audit.entry import Code
from idp.directory.person import Person
from idp.directory.reader import DirectoryReader
from tests.rig.code_generator import code_at
from tests.rig.domain_office import PASSWORD, dn, domain
from tests.rig.office import reading
from tests.rig.provider import CALLBACK, Browser, Rig, provider
from tests.rig.samba import Domain, account
from tests.rig.samba_surgery import age_password
from tests.rig.sign_in_world import SECRET

__all__ = ["domain"]
pytestmark = pytest.mark.real

NEW = "Tygr, okno, vlak a mrak 7"


@pytest.fixture
async def reader(domain: Domain) -> AsyncIterator[DirectoryReader]:
    with reading(domain.settings()) as made:
        yield made


@pytest.fixture
async def rig(reader: DirectoryReader) -> AsyncIterator[Rig]:
    async with provider(reader.authenticate, reader.person, change_password=reader.change_password) as made:
        yield made


async def at_new_password(rig: Rig, reader: DirectoryReader, login: str) -> tuple[Browser, str]:
    (person,) = await reader.named(login)
    await rig.kept.store.enrol_for(person.subject, SECRET, rig.clock())
    browser = rig.browser()
    page = await browser.begin()
    assert (await browser.password(page, login, PASSWORD)).status == 303
    assert (await browser.code(page, code_at(SECRET, rig.clock()))).status == 303
    return browser, page


def typed(new: str, old: str = PASSWORD) -> dict[str, str]:
    return {"old": old, "new": new, "again": new}


@pytest.mark.parametrize("why", ["must be changed", "has expired"])
async def test_a_password_that_is_over_leads_to_a_new_one_and_to_a_session(
    domain: Domain, rig: Rig, reader: DirectoryReader, why: str
):
    login = why.replace(" ", ".")
    with domain.as_administrator() as root:
        root.add(dn(login), **account(login, PASSWORD, displayName="Jana Nováková"))
        if why == "must be changed":
            root.change(dn(login), pwdLastSet=0)
    if why == "has expired":
        age_password(domain.folder, dn(login))
    browser, page = await at_new_password(rig, reader, login)
    for new, reason in (("Heslo1234567", "password_too_common"), (PASSWORD, "new_password_same")):
        assert (await browser.form(page, "new-password", typed(new))).status == 422
        assert rig.kept.entries[-1].reason == reason
    wrong = await browser.form(page, "new-password", typed(NEW, old="špatné heslo"))
    assert (wrong.status, rig.kept.entries[-1].reason) == (422, "old_password_wrong")
    done = await browser.form(page, "new-password", typed(NEW))
    assert (await browser.told_of_the_change(done)).location.startswith(CALLBACK + "?code=")
    assert Code.SIGN_IN_PASSWORD_CHANGED in rig.kept.codes()
    assert isinstance(await reader.authenticate(login, NEW), Person)


async def test_the_domains_own_refusal_is_explained_on_the_page(
    domain: Domain, rig: Rig, reader: DirectoryReader
):
    with domain.as_administrator() as root:
        root.add(dn("vraci.se"), **account("vraci.se", NEW, displayName="Petr Svoboda"))
        root.change(dn("vraci.se"), unicodePwd=account("", PASSWORD)["unicodePwd"], pwdLastSet=0)
    browser, page = await at_new_password(rig, reader, "vraci.se")
    refused = await browser.form(page, "new-password", typed(NEW))
    assert refused.status == 422
    assert "You have used this password before." in refused.text
    assert rig.kept.entries[-1].reason == "new_password_used_before"
    assert "__Host-brana-sso" not in browser.cookies


async def test_somebody_signed_in_changes_the_password_before_it_is_over(
    domain: Domain, rig: Rig, reader: DirectoryReader
):
    """The old one binds for an hour more, and the session that is left is not of its opening."""
    with domain.as_administrator() as root:
        root.add(dn("meni.sam"), **account("meni.sam", PASSWORD, displayName="Milan Čermák"))
    (person,) = await reader.named("meni.sam")
    await rig.kept.store.enrol_for(person.subject, SECRET, rig.clock())
    browser = rig.browser()
    page = await browser.begin()
    await browser.password(page, "meni.sam", PASSWORD)
    await browser.code(page, code_at(SECRET, rig.clock()))
    wrong = await browser.post("/account/password/change", typed(NEW, old="špatné heslo"))
    assert (wrong.status, rig.kept.entries[-1].reason) == (422, "old_password_wrong")
    done = await browser.post("/account/password/change", typed(NEW))
    assert done.location == "/account?done=password-changed#password", done.text
    assert isinstance(await reader.authenticate("meni.sam", NEW), Person)
    assert (await browser.get("/account")).status == 200
