"""Officers' acts: removing factors by who may not, from elsewhere, for oneself; and what is refused changes nothing."""

import pytest

from config.vocabulary import Role
from gateway.audit.entry import Code, Entry
from gateway.demo.people import CENTRE, HULIN
from gateway.demo.world import Account
from tests.attacks.conftest import foreign
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
WHY = "Ztracený telefon"


def factors(ground: Ground) -> str:
    return f"{ground.product.addresses.admin}/people/factors"


async def held(ground: Ground, account: Account) -> int:
    return await ground.state.identities.look(lambda book: len(book.authenticators(account.subject)))


async def remove(
    ground: Ground, browser: Visitor, subject: str, headers: dict[str, str] | None = None
) -> Shown:
    """The form that removes everything, sent by the officers' page unless `headers` say otherwise."""
    fields = {"subject": subject, "which": "all", "why": WHY}
    if headers is None:
        return await browser.post(factors(ground), fields, follow=False)
    return await browser.post(factors(ground), fields, headers=headers, follow=False)


async def decided_against(ground: Ground, answer: Shown, reason: str) -> None:
    assert answer.status == 403
    entry: Entry = await ground.entry(answer, Code.DECISION_REFUSE)
    assert (entry.reason, entry.application) == (reason, "audit")


@pytest.mark.parametrize(
    ("role", "where", "reason"),
    [
        (Role.CLERK, CENTRE, "not_an_audit_officer"),
        (Role.SECURITY_OFFICER, HULIN, "audit_of_municipality_is_read"),
        (Role.AUDITOR, CENTRE, "auditor_reads_only"),
    ],
)
async def test_who_is_no_officer_of_the_centre_removes_nobody_s_factors(
    ground: Ground, role: Role, where: str, reason: str
) -> None:
    victim, attacker = ground.somebody(), ground.somebody(role, where)
    browser = await ground.signed_in(attacker, ground.portal)
    await browser.get(f"{ground.product.addresses.admin}/people")  # the host's own session
    await decided_against(ground, await remove(ground, browser, victim.subject), reason)
    assert await held(ground, victim) == 1


async def test_an_officer_s_browser_removes_nothing_for_a_stranger_s_page_nor_its_own_factors_for_a_thief(
    ground: Ground,
) -> None:
    victim, officer = ground.somebody(), ground.somebody(Role.SECURITY_OFFICER)
    browser = await ground.signed_in(officer, f"{ground.product.addresses.admin}/people")
    for headers in foreign(ground, factors(ground)):
        answer = await remove(ground, browser, victim.subject, headers)
        assert answer.status == 403, headers
        await ground.refused(answer, "not_from_our_page")
    own = await remove(ground, browser, officer.subject)
    assert own.status == 409
    await ground.refused(own, "not_for_oneself")
    entry = await ground.entry(own, Code.OFFICER_ACT_REFUSED)
    assert (entry.subject, entry.details["act"]) == (officer.subject, "remove_factor")
    assert (await held(ground, victim), await held(ground, officer)) == (1, 1)

    lost, found = await ground.signed_in(victim), ground.browser()
    begun = await ground.at_code(found, victim)
    done = await remove(ground, browser, victim.subject)
    assert done.status == 303, done.text
    [removed] = await ground.entries(at_least=1, codes=(Code.FACTOR_REMOVED,), request_id=done.request_id)
    assert (removed.subject, removed.details["by_subject"]) == (victim.subject, officer.subject)
    assert (removed.details["by"], removed.details["why"]) == (officer.login, WHY)
    assert await held(ground, victim) == 0
    assert (await lost.get(ground.records(), follow=False)).status == 302
    assert (await found.fill(begun, code=ground.code(victim))).status == 400


async def test_the_end_of_an_exception_that_nobody_has_is_refused_and_ends_nothing(ground: Ground) -> None:
    victim, officer = ground.somebody(), ground.somebody(Role.SECURITY_OFFICER)
    page = f"{ground.product.addresses.admin}/exceptions"
    browser, own = await ground.signed_in(officer, page), ground.browser()
    under_way = await ground.at_code(own, victim)
    answer = await browser.post(f"{page}/end/now", {"subject": victim.subject}, follow=False)
    assert answer.status == 409
    await ground.refused(answer, "no_exception_runs")
    assert (await ground.entry(answer, Code.OFFICER_ACT_REFUSED)).reason == "no_exception_runs"
    assert (await own.fill(under_way, code=ground.code(victim))).status == 200
