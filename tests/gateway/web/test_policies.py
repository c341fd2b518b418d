"""Pages about policies: what an author and an approver do there, and what is refused."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER, Action
from gateway.audit.entry import Code
from gateway.policy_office.proposal import State
from gateway.waiting import Waiting
from gateway.web.policies.entered import LARGEST_FORM
from tests.gateway.web.people import NOW
from tests.policies.world import HULIN
from tests.rig.policy_office import FILE, reads
from tests.rig.policy_site import APPROVER, AUTHOR, BOTH, CENTRE, LOOKER, STRANGER
from tests.rig.policy_visitor import MAY_USE, Visitor, headers, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_a_change_goes_from_a_form_over_approval_into_force(visitor):
    page = await visitor.begun()
    assert (await visitor.filled(page)).endswith("#policy-map-clerks")
    draft = await visitor.get(f"{page}/edit")
    assert "map-clerks" in draft
    assert "Who may use an application" in draft
    await visitor.step(page, "note", note="Referenti potřebují mapy.")
    shown = await visitor.get(page)
    assert "weakens" in shown
    assert "All checks passed" in shown
    assert "Referenti potřebují mapy." in shown
    await visitor.step(page, "submit")
    assert "map-clerks" not in visitor.world.in_force().texts[FILE]
    assert "Waits for you" in await visitor.get("/", APPROVER)
    assert f'href="{page}"' in await visitor.get("/", APPROVER)
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    assert "map-clerks" in visitor.world.in_force().texts[FILE]
    assert visitor.world.taken == 1
    assert "map-clerks" in await visitor.get("/policies", LOOKER)
    codes = (Code.POLICY_SUBMITTED, Code.POLICY_APPROVED, Code.POLICY_ACTIVATED)
    assert [one.code for one in visitor.world.entries(*codes)] == list(codes)


async def test_an_author_is_told_that_somebody_else_approves_and_is_refused_by_name(visitor):
    page = await visitor.submitted(BOTH)
    shown = await visitor.get(page, BOTH)
    assert "Somebody else has to approve it." in shown
    assert f"{page}/approve" not in shown
    refused = await visitor.refused(f"{page}/approve", BOTH, **await visitor.approval(page))
    assert refused == (403, "own_policy_change")
    assert (await visitor.one(page)).state is State.SUBMITTED


@pytest.mark.parametrize("path", ["", "/edit", "/text?file=" + FILE, "/form/may-use"])
async def test_a_proposal_of_another_municipality_is_as_if_there_were_none(visitor, path):
    page = await visitor.submitted()
    known = await visitor.client.get(f"{page}{path}", headers=headers(STRANGER))
    guessed = await visitor.client.get(f"/proposals/{'A' * 22}{path}", headers=headers(STRANGER))
    assert known.status == guessed.status == 404
    assert known.headers[REASON_HEADER] == guessed.headers[REASON_HEADER] == "proposal_unknown"


@pytest.mark.parametrize(
    "step", ["submit", "approve", "return", "withdraw", "rebase", "note", "remove", "text"]
)
async def test_no_step_reaches_a_proposal_of_another_municipality(visitor, step):
    page = await visitor.submitted()
    one = await visitor.one(page)
    everything = {"revision": str(one.revision), "why": "x", "digest": one.digest, "when": "now", "at": "",
                  "note": "x", "file": FILE, "number": "0", "text": "x"}  # fmt: skip
    assert await visitor.refused(f"{page}/{step}", STRANGER, **everything) == (404, "proposal_unknown")
    assert (await visitor.one(page)) == one


async def test_nobody_names_a_municipality_to_see_or_change_its_policies(visitor):
    shown = await visitor.get(f"/policies?of={HULIN}", STRANGER)
    assert "Kroměříž" in shown
    assert f'Municipality::"{HULIN}"' not in shown.replace("&#34;", '"')
    page = await visitor.begun(STRANGER, of=HULIN)
    assert (await visitor.one(page)).scope != HULIN


async def test_fields_that_a_form_does_not_have_change_nothing(visitor):
    page = await visitor.begun()
    await visitor.filled(page, scope="region", owner="urad:x", state="active", texts="x", approver="urad:x")
    one = await visitor.one(page)
    assert (one.scope, one.owner, one.state, one.approver) == (HULIN, AUTHOR.subject, State.DRAFT, "")
    assert "urad:x" not in one.texts[FILE]


async def test_whoever_may_only_look_is_refused_by_the_policies(visitor):
    assert "New draft" not in await visitor.get("/", LOOKER)
    assert await visitor.refused("/proposals", LOOKER, of="") == (403, "role_not_sufficient")
    page = await visitor.submitted()
    approval = await visitor.approval(page)
    assert await visitor.refused(f"{page}/approve", LOOKER, **approval) == (403, "role_not_sufficient")


async def test_the_regions_policies_are_for_whoever_may_administer(visitor):
    assert await visitor.refused("/proposals", AUTHOR, of="region") == (403, "not_for_the_centre")
    plain = replace(CENTRE, actions=tuple(set(CENTRE.actions) - {Action.ADMINISTER}))
    assert await visitor.refused("/proposals", plain, of="region") == (403, "role_not_sufficient")
    village = replace(CENTRE, municipality=HULIN)
    assert 'value="region"' not in await visitor.get("/", village)
    assert "/incidents?kind=" not in await visitor.get("/incidents", village)
    assert "/incidents/confirm" not in await visitor.get("/incidents?kind=suppliers", village)
    assert "/incidents?kind=" in await visitor.get("/incidents", CENTRE)
    assert "/incidents/confirm" in await visitor.get("/incidents?kind=suppliers", CENTRE)
    page = await visitor.begun(CENTRE, of="region")
    shown = await visitor.get(f"{page}/edit", CENTRE)
    assert "region/10-sign-in.cedar" in shown
    assert "Add a policy by a form" not in shown
    assert "region/60-new.cedar" in await visitor.get(f"{page}/text?file=region/60-new.cedar", CENTRE)


async def test_a_form_that_is_not_filled_in_says_why_beside_each_field_and_loses_nothing(visitor):
    page = await visitor.begun()
    revision = str((await visitor.one(page)).revision)
    answer = await visitor.post(
        f"{page}/form/hours",
        revision=revision,
        number="",
        id="…",
        roles="clerk",
        since="18",
        until="7",
    )
    said = await answer.text()
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "form_not_filled_in")
    assert "Name the rule, as in Budget of accountants" in said
    assert "Choose at least one." in said
    assert 'value="…"' in said
    assert 'value="18"' in said
    assert re.search(r'value="clerk" checked', said)
    assert (await visitor.one(page)).revision == int(revision)


async def test_a_name_that_is_taken_and_a_choice_that_was_not_offered_are_told_in_the_form(visitor):
    page = await visitor.begun()
    revision = str((await visitor.one(page)).revision)
    answer = await visitor.post(
        f"{page}/form/may-use", **MAY_USE | {"revision": revision, "number": "", "id": "map-read"}
    )
    assert "Another policy has that name" in await answer.text()
    answer = await visitor.post(
        f"{page}/form/may-use", **MAY_USE | {"revision": revision, "number": "", "applications": ["payroll"]}
    )
    assert "Choose one of those offered." in await answer.text()


async def test_what_a_form_wrote_is_opened_in_it_again_changed_and_taken_out(visitor):
    page = await visitor.begun()
    await visitor.filled(page)
    form = f"{page}/form/may-use?number=1"
    assert 'value="map-clerks"' in await visitor.get(form)
    await visitor.filled(page, number="1", actions=["read"])
    text = (await visitor.one(page)).texts[FILE]
    assert text.count("map-clerks") == 1
    assert 'Action::"write"' not in text
    taken_out = await visitor.get(await visitor.step(page, "remove", file=FILE, number="1"))
    assert "Where it is in force, it stays so" in taken_out, "this one never was"
    assert (await visitor.one(page)).texts[FILE].strip() == reads(HULIN).strip()
    await visitor.get(form, status=404)


async def test_a_text_with_a_fault_is_kept_and_its_problems_are_told_with_their_line(visitor):
    page = await visitor.begun()
    wrong = reads(HULIN) + "\npermit (\r\nwhoever);\n"
    where = await visitor.step(page, "text", file=FILE, text=wrong)
    shown = await visitor.get(where)
    assert f"{FILE}:6:" in shown
    assert "whoever" in shown
    assert "\r" not in (await visitor.one(page)).texts[FILE]
    revision = str((await visitor.one(page)).revision)
    assert await visitor.refused(f"{page}/submit", revision=revision, note="Proč.") == (409, "checks_failed")


async def test_what_somebody_wrote_is_not_lost_where_another_was_quicker(visitor):
    page = await visitor.begun()
    before = str((await visitor.one(page)).revision)
    await visitor.filled(page)
    mine = reads(HULIN, "mine")
    answer = await visitor.post(f"{page}/text", revision=before, file=FILE, text=mine)
    said = await answer.text()
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "proposal_edited_meanwhile")
    assert "@id(&#34;mine&#34;)" in said
    assert "map-clerks" in (await visitor.one(page)).texts[FILE]


async def test_cases_are_a_text_beside_the_policies(visitor):
    page = await visitor.begun()
    cases = f"municipalities/{HULIN}.cases.toml"
    await visitor.step(page, "text", file=cases, text="[[case]]\n")
    assert (await visitor.one(page)).texts[cases] == "[[case]]\n"
    await visitor.step(page, "text", file=cases, text="  ")
    assert cases not in (await visitor.one(page)).texts


@pytest.mark.parametrize(
    "file",
    [
        "municipalities/588296.cedar",
        "region/10-sign-in.cedar",
        "../x.cedar",
        f"municipalities/{HULIN}.x.cedar",
        "",
    ],
)
async def test_a_file_of_others_is_no_file_of_the_draft(visitor, file):
    page = await visitor.begun()
    revision = str((await visitor.one(page)).revision)
    refused = await visitor.refused(f"{page}/text", revision=revision, file=file, text="x")
    assert refused == (409, "policies_of_others")


async def test_a_text_may_be_long_and_one_that_is_too_long_is_refused_by_name(visitor):
    page = await visitor.begun()
    long = reads(HULIN) + "// " + "a" * 120_000
    await visitor.step(page, "text", file=FILE, text=long)
    revision = str((await visitor.one(page)).revision)
    refused = await visitor.refused(f"{page}/text", revision=revision, file=FILE, text="a" * LARGEST_FORM)
    assert refused == (413, "policies_too_large")


async def test_a_proposal_is_returned_with_a_comment_edited_withdrawn(visitor):
    page = await visitor.submitted()
    one = await visitor.one(page)
    silent = await visitor.refused(f"{page}/return", APPROVER, revision=str(one.revision), why=" ")
    assert silent == (409, "policies_without_reason")
    told = await (
        await visitor.post(f"{page}/return", APPROVER, revision=str(one.revision), why="a" * 2001)
    ).text()
    assert "The proposal is not returned yet" in told
    assert "a" * 2001 + "</textarea>" in told
    await visitor.step(page, "return", APPROVER, why="Jen čtení, prosím.")
    assert "Jen čtení, prosím." in await visitor.get(page)
    assert f'href="{page}"' in await visitor.get("/", AUTHOR)
    await visitor.filled(page, number="1", actions=["read"])
    revision = str((await visitor.one(page)).revision)
    told = await (await visitor.post(f"{page}/withdraw", revision=revision, why="Omyl\u202e.")).text()
    assert "all of which can be seen" in told
    assert 'value="Omyl\u202e."' in told
    await visitor.step(page, "withdraw", why="")
    assert "withdrawn" in await visitor.get("/proposals")


async def test_an_approval_can_wait_for_its_time(visitor):
    page = await visitor.submitted()
    approval = await visitor.approval(page) | {"when": "later"}
    assert await visitor.refused(f"{page}/approve", APPROVER, **approval | {"at": "tomorrow"}) == (
        409,
        "form_not_filled_in",
    )
    told = await (await visitor.post(f"{page}/approve", APPROVER, **approval | {"at": ""})).text()
    assert "Choose the day and the time when it comes into force." in told
    assert 'value="later" checked' in told
    past = (NOW - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert await visitor.refused(f"{page}/approve", APPROVER, **approval | {"at": past}) == (
        409,
        "activation_time_past",
    )
    await visitor.done(f"{page}/approve", APPROVER, **approval | {"at": "2026-11-24T07:30"})
    one = await visitor.one(page)
    assert (one.state, one.activate_at.isoformat()) == (State.APPROVED, "2026-11-24T06:30:00+00:00")
    assert visitor.world.arranged == 1
    assert "approved, waits for its time" in await visitor.get(page)


async def test_a_time_beside_at_once_is_a_contradiction_and_nothing_is_approved(visitor):
    page = await visitor.submitted()
    both = await visitor.approval(page) | {"at": "2026-11-24T07:30"}
    assert await visitor.refused(f"{page}/approve", APPROVER, **both) == (409, "form_not_filled_in")
    told = await (await visitor.post(f"{page}/approve", APPROVER, **both)).text()
    assert "Choose “at this time” above, or leave this empty." in told
    assert 'value="now" checked' in told
    assert 'value="2026-11-24T07:30"' in told
    assert (await visitor.one(page)).state is State.SUBMITTED


@pytest.mark.parametrize(
    ("at", "reason", "words"),
    [
        ("2025-11-24T07:30", "activation_time_past", "That time is over."),
        ("2028-11-24T07:30", "activation_time_far", "more than a year ahead"),
    ],
)
async def test_a_time_that_cannot_be_is_told_at_the_field_and_stays_there(visitor, at, reason, words):
    page = await visitor.submitted()
    answer = await visitor.post(
        f"{page}/approve", APPROVER, **await visitor.approval(page) | {"when": "later", "at": at}
    )
    told = await answer.text()
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, reason)
    assert f'value="{at}"' in told
    assert words in told
    assert 'value="later" checked' in told


async def test_a_stale_proposal_says_so_and_is_set_upon_what_is_in_force(visitor):
    page = await visitor.submitted()
    visitor.world.publish(visitor.world.in_force().texts | {FILE: reads(HULIN, "other")}, NOW)
    shown = await visitor.get(page, APPROVER)
    assert "Other policies are in force" in shown
    assert "Jan Správce, or whoever else may change proposals, sets it upon" in shown
    assert f'action="{page}/approve"' not in shown
    assert f'action="{page}/return"' in shown
    answer = await visitor.post(f"{page}/approve", APPROVER, **await visitor.approval(page))
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "policies_changed_meanwhile")
    assert f'href="{page}">Back to the proposal' in await answer.text()
    assert f'action="{page}/rebase"' in await visitor.get(page)
    await visitor.step(page, "rebase")
    assert (await visitor.one(page)).state is State.DRAFT


async def test_the_menu_says_how_much_waits_for_approval_and_in_reviews(visitor):
    assert 'class="count"' not in await visitor.get("/", APPROVER)
    visitor.given.waiting = Waiting(proposals=1, accesses=7)
    page = await visitor.get("/why", APPROVER)
    assert re.findall(r'visually-hidden">, ([^<]*)</span></a>', page) == ["1 waits for you", "7 wait for you"]


@pytest.mark.parametrize(
    ("who", "reason"), [(APPROVER, "proposal_in_another_state"), (AUTHOR, "own_policy_change")]
)
async def test_who_is_refused_an_act_on_a_proposal_is_led_back_to_it(visitor, who, reason):
    page = await visitor.submitted()
    approval = await visitor.approval(page)
    await visitor.done(f"{page}/approve", APPROVER, **approval)
    signer = replace(who, actions=(*who.actions, Action.SIGN))
    answer = await visitor.post(f"{page}/approve", signer, **approval)
    assert answer.headers[REASON_HEADER] == reason
    assert f'href="{page}">Back to the proposal' in await answer.text()


async def test_a_stale_proposal_that_waits_for_its_time_says_that_it_will_not_come_into_force(visitor):
    page = await visitor.submitted()
    approval = await visitor.approval(page) | {"when": "later", "at": "2026-12-24T08:00"}
    await visitor.done(f"{page}/approve", APPROVER, **approval)
    visitor.world.publish(visitor.world.in_force().texts | {FILE: reads(HULIN, "other")}, NOW)
    assert "It will not come into force at its time" in await visitor.get(page, APPROVER)


async def test_an_approver_sees_by_name_which_never_a_change_takes_away(visitor):
    cases = f"municipalities/{HULIN}.cases.toml"
    never = '[[never]]\nname = "map"\ntitle_cs = "Mapy nikdo nepíše"\n'
    never += 'title_en = "Nobody writes maps"\nactions = ["write"]\n'
    visitor.world.publish(visitor.world.in_force().texts | {cases: never}, NOW)
    one = await visitor.world.edited({FILE: reads(HULIN)})
    shown = await visitor.get(f"/proposals/{one.id}", APPROVER, language="cs")
    assert "Nesmí být nikdy: Mapy nikdo nepíše" in shown
    assert "oslabuje" in shown
    assert "Změna něco oslabuje" in shown
    assert "<del>- actions = [&#34;write&#34;]</del>" in shown
    versions = await visitor.get(f"/versions/2?of={HULIN}&against=1")
    assert "Must never be: Nobody writes maps" in versions
    assert "strengthens" in versions


async def test_what_could_not_be_tried_is_a_warning_to_whoever_approves_and_the_page_is_not_green(visitor):
    cases = f"municipalities/{HULIN}.cases.toml"
    never = '[[never]]\nname = "map"\ntitle_cs = "Mapy nikdo nepíše"\n'
    never += 'title_en = "Nobody writes maps"\nactions = ["write"]\n'
    odd = (
        reads(HULIN, "odd").replace('"read"', '"write"').replace("};", "&& context.sign_in.age * 7 == 12 };")
    )
    one = await visitor.world.edited({cases: never, FILE: reads(HULIN) + odd})
    page = f"/proposals/{one.id}"
    shown = await visitor.get(page)
    assert "All checks passed" not in shown
    assert "The checks passed, but not all that must never be could be tried. Judge this yourself: 1" in shown
    assert "is not tried for the policy odd at Hulín, which may permit it" in shown
    await visitor.step(page, "submit")
    czech = await visitor.get(page, APPROVER, language="cs")
    assert "není v obci Hulín vyzkoušeno pro pravidlo odd, možná to povoluje" in czech
    assert "Všechny kontroly prošly" not in czech
    plain = odd.replace("context.sign_in.age * 7 == 12", "context.time.minute == 12")
    broken = await visitor.world.edited({cases: never, FILE: reads(HULIN) + plain})
    assert "It must never be permitted, and is by" in await visitor.get(f"/proposals/{broken.id}")
