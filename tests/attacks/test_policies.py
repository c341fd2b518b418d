"""Policies: a municipality's administrator reaching for others, past the approver, or at the product itself."""

import asyncio
import html
import re
from dataclasses import dataclass

import ldap
import pytest
import pytest_asyncio

from config.vocabulary import Role
from gateway.audit.entry import Code, Entry
from gateway.demo import ldif
from gateway.demo.configuration import MAP
from gateway.demo.people import CENTRE, HULIN
from tests.attacks.test_accounts import settled
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
REVISION = re.compile(r'name="revision" value="(\d+)"')
TEXT = re.compile(r"<textarea[^>]*>(.*?)</textarea>", re.DOTALL)
DIGEST = re.compile(r'name="digest" value="([0-9a-f]{64})"')
FILE = f"municipalities/{HULIN}.cedar"
WIDENED = {
    "another municipality": f'permit (principal, action, resource in Municipality::"{CENTRE}");',
    "everything": "permit (principal, action, resource);",
    "an application wherever it is": 'permit (principal, action, resource == Application::"records");',
    "by a condition alone": f'permit (principal, action, resource) when {{ resource in Municipality::"{HULIN}" }};',
    "by an exception": f'permit (principal, action, resource) unless {{ resource in Municipality::"{CENTRE}" }};',
    "a slot": "permit (principal, action, resource in ?resource);",
    "a kind": 'permit (principal, action, resource is Resource in Municipality::"588482");',
}
NAMES = {
    "own-policy-change": "is used already",  # a guardrail of the region's
    "incident-suppliers": "a name of the incident switch",
}
BOMBS = {
    "brackets": "(" * 5_000 + "true" + ")" * 5_000,
    "choices": "if true then " * 2_000 + "true" + " else false" * 2_000,
    "chain": " && ".join(["true"] * 5_000),
}
SLOW = {
    "signs in a remark": "when { resource == principal.municipality } // " + "== " * 21_000 + "\n;",
    "quotes that nobody ends": 'when { "' + '\\"' * 30_000,
}


@dataclass(frozen=True, slots=True)
class Town:
    """Hulín's administrator and chief clerk, and a village's administrator, each in a browser of their own."""

    ground: Ground
    author: Visitor
    approver: Visitor
    stranger: Visitor

    @property
    def site(self) -> str:
        return self.ground.product.addresses.origin("policies")

    async def act(self, who: Visitor, path: str, **fields: str) -> Shown:
        return await who.post(f"{self.site}{path}", fields, follow=False)

    async def begun(self) -> str:
        """Path of a new draft."""
        answer = await self.act(self.author, "/proposals", of="")
        assert answer.status == 303, answer.text
        return answer.location.path.removesuffix("/edit")

    async def shown(self, page: str, who: Visitor | None = None) -> Shown:
        return await (who or self.author).get(f"{self.site}{page}", follow=False)

    async def revision(self, page: str) -> str:
        """As a page says it whose form may be sent; an empty draft can be withdrawn alone."""
        found = REVISION.search((await self.shown(page)).text) or REVISION.search(
            (await self.shown(f"{page}/withdraw")).text
        )
        assert found is not None
        return found[1]

    async def written(self, page: str, text: str, file: str = FILE) -> Shown:
        return await self.act(
            self.author, f"{page}/text", revision=await self.revision(page), file=file, text=text
        )

    async def submitted(self, page: str) -> Shown:
        revision = await self.revision(page)
        return await self.act(self.author, f"{page}/submit", revision=revision, note="Zkouška pravidel.")

    async def newest(self) -> int:
        """Number of the version that is in force."""
        shown = await self.shown("/versions", self.approver)
        return int(shown.text.split("/versions/")[1].split("?")[0].split('"')[0])

    async def waiting(self, name: str, rule: str | None = None) -> str:
        """A proposal of one policy more than is in force, waiting for its approval."""
        page = await self.begun()
        async with asyncio.timeout(PATIENCE):
            while (shown := await self.shown(f"{page}/text?file={FILE}")).status == 503:
                await asyncio.sleep(0.5)  # on a busy machine it takes too long to read policies, once
        there = TEXT.search(shown.text)
        assert there is not None, (shown.status, shown.title)
        text = f"{html.unescape(there[1])}\n{rule or RULE.replace('rule', name)}"
        assert (await self.written(page, text)).status == 303
        answer = await self.submitted(page)
        assert answer.status == 303, answer.text
        return page

    async def approval(self, page: str) -> dict[str, str]:
        found = DIGEST.search((await self.shown(page, self.approver)).text)
        assert found is not None
        return {"digest": found[1], "when": "now", "at": ""}

    async def away(self, page: str) -> None:
        await self.act(self.author, f"{page}/withdraw", revision=await self.revision(page), why="")

    async def refused(self, answer: Shown, reason: str) -> Entry:
        """By the request's own entry and by that of the act."""
        await self.ground.refused(answer, reason)
        entry = await self.ground.entry(answer, Code.POLICY_ACT_REFUSED)
        assert entry.reason == reason
        return entry


PATIENCE = 60.0  # seconds
NAMED = '@title_cs("Pravidlo") @title_en("Rule")'
RULE = f"""@id("rule") {NAMED}
permit (principal, action == Action::"read", resource in Municipality::"{HULIN}")
when {{ resource in Application::"map" && principal.roles.contains(Role::"mayor") }};
"""
FAILING = f"""@id("fails") @reason("fails") @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
forbid (principal, action, resource in Municipality::"{HULIN}")
when
{{
  resource in Application::"map" &&
  context.place has address && context.place.address.isInRange(ip("127.0.0.0/8")) &&
  (context.time.month + 1) * {2**63 - 1} > 0
}};
"""
"""Of an address from where the example's cases ask nothing."""
NEVER_EVALUATED = {
    "an attribute that there is not": "principal.colour == 1",
    "a fact of a request that there is not": 'context.colour == "red"',
    "an attribute that may be unknown": 'principal.departments.contains("x")',
    "an empty set": "[].contains(principal)",
    "another kind of value": "context.time.hour == true",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(standing: Ground) -> Town:
    site = standing.product.addresses.origin("policies")
    logins = ("pravidla.hulin", "vedeni.hulin", "pravidla.vsi")
    browsers = [await standing.signed_in(standing.named(login), site) for login in logins]
    return Town(standing, *browsers)


async def test_a_municipality_s_text_reaches_no_other_however_it_is_written(town: Town) -> None:
    page = await town.begun()
    for name, policy in WIDENED.items():
        assert (await town.written(page, f'@id("wide") {NAMED} {policy}\n')).status == 303, name
        entry = await town.refused(await town.submitted(page), "checks_failed")
        assert f"municipalities/{HULIN}.cedar:1" in str(entry.details["finding"]), (name, entry.details)
    for name, words in NAMES.items():
        assert (await town.written(page, RULE.replace('"rule"', f'"{name}"'))).status == 303
        entry = await town.refused(await town.submitted(page), "checks_failed")
        assert words in str(entry.details["finding"])
    hidden = RULE.replace("};", "&& true // \u202e } ;resource when\n};")
    assert (await town.written(page, hidden)).status == 303
    entry = await town.refused(await town.submitted(page), "checks_failed")
    assert "U+202E" in str(entry.details["finding"])
    await town.away(page)


async def test_a_text_that_would_end_the_process_ends_nothing_for_anybody(town: Town) -> None:
    page = await town.begun()
    for name, bomb in BOMBS.items():
        assert (await town.written(page, f"{RULE.rstrip()[:-3]} && {bomb} }};")).status == 303, name
        shown = await town.shown(page)
        assert (shown.status, "příliš hluboko vnořené" in shown.text) == (200, True), name
        await town.refused(await town.submitted(page), "checks_failed")
    for name, ending in SLOW.items():
        assert (await town.written(page, RULE[: RULE.index("when")] + ending)).status == 303, name
        assert (await asyncio.wait_for(town.shown(page), 15)).status == 200, name
        await town.refused(await asyncio.wait_for(town.submitted(page), 15), "checks_failed")
    many = await town.written(page, ";" * 60_000)
    assert many.status == 413
    await town.refused(many, "policies_too_large")
    blanks = f"municipalities/{HULIN}.cases.toml"
    assert (await town.written(page, "[" + " " * 50_000 + "!", blanks)).status == 303
    assert (await asyncio.wait_for(town.shown(page), 15)).status == 200
    await town.away(page)
    assert (await town.author.get(town.ground.portal)).status == 200


async def test_a_rule_that_can_never_be_evaluated_is_not_submitted(town: Town) -> None:
    """Its author hopes that Cedar skips it, or that what is unknown is as good as false."""
    page = await town.begun()
    for name, condition in NEVER_EVALUATED.items():
        rule = RULE.replace('principal.roles.contains(Role::"mayor")', condition)
        assert (await town.written(page, rule)).status == 303, name
        entry = await town.refused(await town.submitted(page), "checks_failed")
        assert f"municipalities/{HULIN}.cedar" in str(entry.details["finding"]), (name, entry.details)
    await town.away(page)


async def test_a_rule_that_fails_while_it_is_evaluated_refuses_and_the_log_names_it(town: Town) -> None:
    """A forbid that no check finds, made so that it fails and others permit; then the version before comes back."""
    ground, the_map = town.ground, town.ground.product.application(MAP, HULIN)
    assert (await town.approver.get(the_map)).status == 200
    page = await town.waiting("fails", FAILING)
    assert (await town.act(town.approver, f"{page}/approve", **await town.approval(page))).status == 303
    answer = await town.approver.get(the_map, follow=False)
    assert answer.status == 403
    await ground.refused(answer, "policy_error")
    entry = await ground.entry(answer, Code.DECISION_REFUSE)
    assert (entry.reason, entry.rule, entry.municipality) == ("policy_error", "fails", HULIN)
    assert "overflow" in str(entry.details["detail"])
    assert (await town.author.get(ground.portal)).status == 200, "nothing else fails"
    back = await town.act(
        town.approver, f"/versions/{await town.newest() - 1}/restore", of="", why="Nejde otevřít."
    )
    assert back.status == 303, back.text
    assert (await town.approver.get(the_map)).status == 200


async def test_a_proposal_of_another_municipality_is_as_unknown_as_one_that_never_was(town: Town) -> None:
    page = await town.begun()
    for path in (page, f"/proposals/{'A' * 22}"):
        for further in ("", "/edit", f"/text?file={FILE}", "/impact", "/form/hours"):
            answer = await town.shown(f"{path}{further}", town.stranger)
            assert (answer.status, "map-read" in answer.text) == (404, False), further
        for act, more in (
            ("submit", {}),
            ("rebase", {}),
            ("withdraw", {"why": ""}),
            ("return", {"why": "Ne."}),
            ("note", {"note": "x"}),
        ):
            answer = await town.act(town.stranger, f"{path}/{act}", revision="1", **more)
            assert answer.status == 404, act
            await town.ground.refused(answer, "proposal_unknown")
        answer = await town.act(town.stranger, f"{path}/approve", digest="0" * 64, when="now", at="")
        entry = await town.refused(answer, "proposal_unknown")
        assert (entry.own_municipality, entry.person) == ("588482", "pravidla.vsi")
    await town.away(page)


async def test_no_field_of_a_form_names_a_municipality_a_state_or_an_approver(town: Town) -> None:
    more = {"scope": "region", "municipality": CENTRE, "state": "approved", "owner": "x", "approver": "x"}
    answer = await town.act(town.author, "/proposals", of=CENTRE, **more)
    page = answer.location.path.removesuffix("/edit")
    assert (await town.shown(f"{page}/text?file={FILE}")).status == 200
    assert (await town.shown(page, town.stranger)).status == 404
    other = await town.written(page, RULE, f"municipalities/{CENTRE}.cedar")
    await town.ground.refused(other, "policies_of_others")
    for of in ("region", "region/10-sign-in.cedar"):
        file = await town.written(page, RULE, f"{of}/x.cedar")
        await town.ground.refused(file, "policies_of_others")
    region = await town.act(town.author, "/proposals", of="region")
    assert region.status == 403
    assert (await town.ground.entry(region, Code.POLICY_ACT_REFUSED)).reason == "not_for_the_centre"
    await town.away(page)


async def test_an_approval_that_is_sent_ten_times_at_once_is_one(town: Town) -> None:
    page = await town.waiting("ten-times")
    form = await town.approval(page)
    answers = await asyncio.gather(*(town.act(town.approver, f"{page}/approve", **form) for _ in range(10)))
    assert sorted(one.status for one in answers) == [303] + [409] * 9
    name = page.rpartition("/")[2]
    activated = await town.ground.entries(at_least=1, codes=(Code.POLICY_ACTIVATED,))
    assert [one.details.get("proposal") for one in activated].count(name) == 1
    again = await town.act(town.approver, f"{page}/approve", **form)
    await town.refused(again, "proposal_in_another_state")
    before = await town.newest() - 1
    back = await town.act(town.approver, f"/versions/{before}/restore", of="", why="Zkouška.")
    assert back.status == 303, back.text


async def test_who_lost_the_role_after_the_page_was_shown_approves_nothing(town: Town) -> None:
    ground, account = town.ground, town.ground.named("vedeni.odchazi")
    browser = await ground.signed_in(account, town.site)
    page = await town.waiting("lost-role")
    form = await town.approval(page)
    assert (await town.shown(page, browser)).status == 200
    dn, group = ldif.person_dn(account.login).encode(), ldif.TOWN.group(Role.CHIEF_CLERK, HULIN)
    with ground.product.as_root() as root:
        root.modify_s(group, [(ldap.MOD_DELETE, "member", [dn])])
    await settled(ground)
    answer = await town.act(browser, f"{page}/approve", **form)
    assert answer.status == 307, "to the sign-in: whoever has no role any more has no session"
    await ground.refused(answer, "sign_in_needed")
    assert await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), person=account.login)
    assert "Schválit" in (await town.shown(page, town.approver)).text, "it waits as before"
    await town.away(page)


async def test_nobody_but_the_centre_s_closes_or_opens_an_incident(town: Town) -> None:
    fields = {"kind": "suppliers", "role": "", "application": "", "municipality": "",
              "reason_cs": "Zkouška.", "reason_en": "A trial."}  # fmt: skip
    for who in (town.author, town.approver, town.stranger):
        for path, form in (
            ("/incidents/confirm", fields),
            ("/incidents/close", fields),
            (f"/incidents/{'A' * 22}/open", {"why": "Zkouška."}),
        ):
            answer = await town.act(who, path, **form)
            assert answer.status == 403, path
            assert (await town.ground.entry(answer, Code.POLICY_ACT_REFUSED)).reason == "not_for_the_centre"
    assert await town.ground.entries(codes=(Code.INCIDENT_CLOSED,)) == []


async def test_nobody_but_the_centre_s_is_told_who_may_what_of_another_municipality(town: Town) -> None:
    for who in (town.author, town.approver, town.stranger):
        for path in ("/who", "/who.csv", "/why"):
            answer = await town.shown(f"{path}?where={CENTRE}", who)
            assert answer.status == 403, path
            assert (await town.ground.entry(answer, Code.POLICY_ACT_REFUSED)).reason == "not_for_the_centre"
