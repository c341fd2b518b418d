"""Pages that put questions to the policies: who may do what, and why."""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from config.settings import Separation
from config.vocabulary import Action, ApplicationId, Role, RouteName, SubjectId
from gateway.access_review.blocks import Block, BlockId
from gateway.access_review.campaign import CampaignId
from gateway.audit.entry import Code
from gateway.authorize.snapshot import NamedRoute, Offer
from idp.directory.person import AccountState, RoleHeld
from idp.events import Actor
from policies.model import Route
from tests.gateway.web.people import NOW
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.policy_office import FILE
from tests.rig.policy_site import APPROVER, AUTHOR, LOOKER, PEOPLE, STRANGER
from tests.rig.policy_visitor import Visitor, headers, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_the_matrix_shows_what_roles_may_by_level_and_device(visitor):
    shown = await visitor.get("/who", LOOKER)
    assert 'data-label="map">read' in shown
    weak = await visitor.get("/who?level=1&device=unknown", LOOKER)
    assert "may do nothing here" in weak
    nonsense = await visitor.get("/who?level=99&device=x", LOOKER)
    assert 'data-label="map">read' in nonsense
    away = await visitor.get("/who?from=abroad&at=2026-11-28T23:00", LOOKER)
    assert '<option value="abroad" selected>' in away
    assert "/who.csv?from=abroad&amp;at=2026-11-28T23%3A00" in away


async def test_a_year_that_cannot_be_meant_is_told_at_the_field_and_nothing_is_answered(visitor):
    page = await visitor.begun()
    for where in ("/who", f"{page}/impact"):
        shown = await visitor.get(f"{where}?at=1999-01-01T10:00", AUTHOR, status=409)
        assert "This is no time between the years 2000 and 2099." in shown
        assert 'value="1999-01-01T10:00"' in shown
        assert "data-label" not in shown
        assert "No role gains or loses" not in shown
    await visitor.get("/who.csv?at=1999-01-01T10:00", AUTHOR, status=400)


async def test_the_matrix_is_a_table_with_every_cell_and_its_rule(visitor):
    answer = await visitor.client.get("/who.csv", headers=headers(LOOKER))
    rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert "attachment" in answer.headers["Content-Disposition"]
    one = {"role": "mayor", "application": "map", "level": "2", "device": "unknown"}
    found = {row["action"]: (row["permitted"], row["rule"]) for row in rows if one.items() <= row.items()}
    assert found == {
        "read": ("yes", "map-read"),
        "write": ("no", ""),
        "sign": ("no", ""),
        "administer": ("no", ""),
    }


PARCELS = NamedRoute(Route(id="parcels", path="/parcels"), frozenset({Action.READ}))
BY_PART = """
@id("clerks-write-parcels")
@title_cs("Referenti zapisují parcely")
@title_en("Clerks write parcels")
permit (principal, action == Action::"write", resource in Municipality::"588491")
when { principal.roles.contains(Role::"clerk") && context has route && context.route.id == "parcels" };
"""


SHUT_PART = """
@id("parcels-shut") @reason("parcels_shut") @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
forbid (principal, action, resource in Municipality::"588491")
when { context has route && context.route.id == "parcels" };
"""


def with_a_part(visitor: Visitor) -> None:
    offer = Offer(frozenset({Action.READ}), frozenset({HULIN}), routes={RouteName("parcels"): PARCELS})
    visitor.given.offers[ApplicationId("map")] = offer


async def test_a_named_part_stands_beside_its_application_in_the_table_and_the_file(visitor):
    plain = await (await visitor.client.get("/who.csv", headers=headers(LOOKER))).text()
    assert plain.splitlines()[0].endswith(",rule,reason")
    with_a_part(visitor)
    shown = await visitor.get("/who", LOOKER)
    assert 'data-label="map">read' in shown
    assert 'data-label="map (parcels)">read' in shown
    parted = await (await visitor.client.get("/who.csv", headers=headers(LOOKER))).text()
    rows = list(csv.DictReader(io.StringIO(parted)))
    assert {(row["application"], row["part"]) for row in rows} >= {("map", ""), ("map", "parcels")}
    asked_for = [line for line in plain.splitlines()[1:] if ",map," not in line or ",map,read," in line]
    assert {line.removesuffix(",") for line in parted.splitlines()} >= set(asked_for)


async def test_what_no_route_of_an_application_asks_for_is_in_neither_the_table_nor_the_file(visitor):
    page = await visitor.begun()
    await visitor.filled(page, actions=["read", "write"])
    await visitor.step(page, "submit")
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    assert 'data-label="map">reading, writing' in await visitor.get("/who", LOOKER)
    with_a_part(visitor)
    assert 'data-label="map">reading<' in " ".join((await visitor.get("/who", LOOKER)).split())
    told = await (await visitor.client.get("/who.csv", headers=headers(LOOKER))).text()
    assert {row["action"] for row in csv.DictReader(io.StringIO(told)) if row["application"] == "map"} == {
        "read"
    }


async def test_a_part_that_is_closed_to_everybody_stands_in_the_table(visitor):
    with_a_part(visitor)
    page = await visitor.begun()
    await visitor.step(page, "text", file=FILE, text=visitor.world.in_force().texts[FILE] + SHUT_PART)
    await visitor.step(page, "submit")
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    shown = await visitor.get("/who", LOOKER)
    assert 'data-label="map">read' in shown
    assert 'data-label="map (parcels)">–' in shown
    assert 'data-label="map (parcels)">read' not in shown


async def test_a_proposal_shows_who_gains_by_a_named_part_alone(visitor):
    with_a_part(visitor)
    page = await visitor.begun()
    await visitor.step(page, "text", file=FILE, text=visitor.world.in_force().texts[FILE] + BY_PART)
    shown = await visitor.get(f"{page}/impact")
    assert "map (parcels) – writing" in shown.lower()
    assert "clerks-write-parcels" in shown


async def test_a_refusal_is_explained_with_rule_facts_and_what_would_help(visitor):
    shown = await visitor.get("/why?role=clerk&application=map&level=1", AUTHOR)
    assert "two-factors" in shown
    assert "What would permit it" in shown
    assert "What the rules looked at" in shown
    assert "It is permitted." in await visitor.get("/why?role=clerk&application=map&level=2", AUTHOR)
    assert visitor.world.entries(Code.LOG_SEARCHED) == []


async def test_people_of_the_municipality_are_suggested_by_name_and_to_a_supplier_nobody(visitor):
    shown = await visitor.get("/why", AUTHOR)
    assert '<option value="zdejsi.jana">Jana Zdejší</option>' in shown
    assert 'list="people"' in shown
    assert "jinde.ota" not in shown
    assert "zdejsi.jana" not in await visitor.get("/why", replace(AUTHOR, roles=(Role.SUPPLIER,)))


async def test_looking_at_a_person_is_recorded(visitor):
    shown = await visitor.get("/why?login=zdejsi.jana&application=map", AUTHOR)
    assert "It is permitted." in shown
    [entry] = visitor.world.entries(Code.LOG_SEARCHED)
    assert entry.subject == AUTHOR.subject
    assert "user=zdejsi.jana" in entry.details["query"]


async def test_who_and_what_was_asked_about_is_told_by_names_and_to_whoever_looks(visitor):
    with_a_part(visitor)
    person = await visitor.get("/why?login=zdejsi.jana&application=map&route=parcels&level=1", AUTHOR)
    assert f"{PEOPLE[0].name}: map (parcels), " in person
    assert "What whoever is refused reads:" in person
    role = await visitor.get("/why?role=clerk&application=map&at=2026-11-23T09:00", AUTHOR)
    assert "clerk (Hulín): map, reading" in role
    assert "23 Nov 2026, 09:00 CET" in role


async def test_an_action_that_a_part_does_not_have_is_told_with_those_it_has(visitor):
    with_a_part(visitor)
    shown = await visitor.get("/why?role=clerk&application=map&route=parcels&action=write", AUTHOR)
    assert "There is no such action; there are: reading" in shown
    assert "What would permit it" not in shown, "where no rule was asked nothing was tried"
    read = await visitor.get("/why?role=clerk&application=map&route=parcels", AUTHOR)
    assert "There is no such action" not in read


async def test_in_czech_nothing_of_the_answer_is_left_in_english(visitor):
    shown = await visitor.get(
        "/why?role=supplier&application=map&order=1&action=write&level=1", AUTHOR, language="cs"
    )
    answer = shown[shown.index('id="answer"') : shown.index('<form class="card stack"')]
    assert "Kdo je odmítnut, přečte si:" in answer
    assert not re.search(r"[^a-z\-_:/.](read|write|sign|true|false|approved)[^a-z\-_/.]", answer), answer


async def test_duties_that_meet_in_a_person_are_told_as_they_refuse(visitor):
    visitor.given.separation.append(Separation(roles=[Role.CLERK, Role.MAYOR]))
    both = replace(PEOPLE[0], roles=(RoleHeld(HULIN, Role.CLERK), RoleHeld(HULIN, Role.MAYOR)))
    visitor.given.people = (both,)
    shown = await visitor.get("/why?login=zdejsi.jana&application=map", AUTHOR)
    assert "separation_of_duties" in shown
    assert "It is permitted." not in shown
    assert "may not meet in one person: clerk (Hulín) and mayor (Hulín)." in shown
    assert "once one of them ends" in shown
    czech = await visitor.get("/why?login=zdejsi.jana&application=map", AUTHOR, language="cs")
    assert "se nesmějí sejít tyto role: referent (Hulín) a starosta (Hulín)." in czech


@pytest.mark.parametrize(
    ("state", "reason"),
    [(AccountState.DISABLED, "account_disabled"), (AccountState.SUSPENDED, "account_suspended")],
)
async def test_nobody_is_told_to_be_let_in_whose_account_is_shut(visitor, state, reason):
    visitor.given.people = (replace(PEOPLE[0], state=state),)
    shown = await visitor.get("/why?login=zdejsi.jana&application=map", AUTHOR)
    assert reason in shown
    assert "nobody signs in with this account now" in shown
    assert "It is permitted." not in shown


@pytest.mark.parametrize("roles", [(), PEOPLE[0].roles])
async def test_what_a_review_took_away_here_is_told_with_where_it_is_given_back(visitor, roles):
    visitor.given.people = (replace(PEOPLE[0], roles=roles),)
    visitor.given.removed = (taken_away(HULIN),)
    shown = await visitor.get("/why?login=zdejsi.jana&application=map", AUTHOR)
    assert "Removed by an access review" in shown
    assert "by Petr Dvořák" in shown
    assert f"/reviews/{'c' * 16}" in shown
    assert ("It is permitted." in shown) is bool(roles)
    assert ("You have no role in any municipality" in shown) is not bool(roles)


async def test_what_was_taken_away_elsewhere_is_not_told_here(visitor):
    visitor.given.people = (replace(PEOPLE[0], roles=()),)
    visitor.given.removed = (taken_away(KROMERIZ),)
    shown = await visitor.get("/why?login=zdejsi.jana&application=map", AUTHOR, status=409)
    assert "Nobody is meant by that" in shown
    assert "Removed by an access review" not in shown


def taken_away(where):
    return Block(
        id=BlockId("b" * 16),
        subject=PEOPLE[0].subject,
        login="zdejsi.jana",
        name="Jana Zdejší",
        municipality=where,
        role=Role.REGISTRAR,
        campaign=CampaignId("c" * 16),
        item=1,
        by=Actor("Petr Dvořák", SubjectId("urad:dvorak.petr")),
        since=NOW,
    )


async def test_whoever_may_not_read_the_policies_is_answered_nothing_about_anybody(visitor):
    nobody = replace(LOOKER, actions=(Action.WRITE,))
    shown = await visitor.get("/why?login=zdejsi.jana&application=map", nobody, status=403)
    assert "It is permitted." not in shown
    assert visitor.world.entries(Code.LOG_SEARCHED) == []


async def test_a_question_has_an_address_and_what_is_said(visitor):
    shown = await visitor.get(
        "/why?role=clerk&application=map&address=192.0.2.7&purpose=spis&order=1", AUTHOR
    )
    assert 'value="192.0.2.7"' in shown
    assert 'name="order" value="1" checked' in shown


async def test_a_named_part_of_an_application_can_be_asked_about(visitor):
    assert "Part of the application" not in await visitor.get("/why", AUTHOR)
    with_a_part(visitor)
    shown = await visitor.get("/why?role=clerk&application=map&route=parcels", AUTHOR)
    assert '<option value="parcels" selected>' in shown
    assert "(parcels)" in shown
    wrong = await visitor.get("/why?role=clerk&application=map&route=x", AUTHOR, status=409)
    assert "That part belongs to another application." in wrong
    assert "What would permit it" not in wrong


@pytest.mark.parametrize("asked", ["login=jinde.ota", "login=nikdo", "role=king"])
async def test_who_is_nobody_here_is_told_alike(visitor, asked):
    assert "Nobody is meant by that" in await visitor.get(f"/why?{asked}&application=map", AUTHOR, status=409)


async def test_who_names_nobody_at_all_is_asked_to(visitor):
    shown = await visitor.get("/why?login=&role=&application=map", AUTHOR, status=409)
    assert "Fill in whom it is about" in shown
    assert "Nobody is meant by that" not in shown


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("login=zdejsi.jana&role=clerk", "Write a login or choose a role, not both."),
        ("role=clerk&address=tady", "This is no IP address."),
        ("role=clerk&country=Slovensko", "Write the two letters of a country"),
        ("role=clerk&at=1999-01-01T10:00", "This is no time between"),
    ],
)
async def test_what_can_be_nothing_of_the_kind_is_told_at_its_field_and_not_answered(visitor, asked, told):
    shown = await visitor.get(f"/why?{asked}&application=map", AUTHOR, status=409)
    assert told in shown
    assert "It is permitted." not in shown
    assert visitor.world.entries(Code.LOG_SEARCHED) == []


async def test_an_application_that_is_not_there_is_told(visitor):
    assert "Choose an application." in await visitor.get("/why?role=clerk&application=x", AUTHOR, status=409)


async def test_a_question_is_always_about_the_municipality_acted_for(visitor):
    shown = await visitor.get("/why?role=clerk&application=map&municipality=588491", STRANGER)
    answer, _, form = shown.partition('<form class="card stack"')
    assert "Kroměříž" in answer
    assert "Hulín" not in answer
    assert "Hulín" in form, "as one that somebody acts for"


async def test_a_proposal_shows_which_roles_gain_and_lose(visitor):
    page = await visitor.begun()
    assert "No role gains or loses anything by it" in await visitor.get(f"{page}/impact")
    await visitor.filled(page, actions=["write"])
    shown = await visitor.get(f"{page}/impact")
    assert "Would be permitted" in shown
    assert "Mayor, clerk may write: map <small>map-clerks</small>" in shown
    await visitor.get(f"{page}/impact", STRANGER, status=404)


async def test_what_a_proposal_takes_is_shown_for_where_and_when_people_come(visitor):
    page = await visitor.begun()
    await visitor.filled(page, form="networks", id="office", roles=["mayor"], networks=["office"])
    assert "Would be refused" in await visitor.get(f"{page}/impact")
    inside = await visitor.get(f"{page}/impact?from=network:office")
    assert "No role gains or loses anything by it" in inside
    assert '<option value="network:office" selected>from the network office' in inside
    assert "Would be refused" in await visitor.get(f"{page}/impact?from=network:nowhere")
    page = await visitor.begun()
    hours = {"roles": ["mayor"], "since": "22", "until": "4", "days": [1, 2, 3, 4, 5]}
    await visitor.filled(page, form="night-hours", id="nights", **hours)
    assert "Would be refused" in await visitor.get(f"{page}/impact?at=2026-11-23T12:00")
    night = await visitor.get(f"{page}/impact?at=2026-11-23T23:00")
    assert re.search(
        r'<h2 id="roles">[^<]*by roles \(<time[^>]*>Monday 23 Nov 2026, 23:00 CET</time>\)', night
    )
    assert "No role gains or loses anything by it" in night
    assert 'value="2026-11-23T23:00"' in night


async def test_whoever_approves_reads_the_fields_of_a_new_rule(visitor):
    page = await visitor.begun()
    await visitor.filled(page, form="networks", id="office", actions=["read", "sign"], networks=["office"])
    shown = await visitor.get(page)
    assert "<ins>read, sign</ins>" in shown
    assert "<ins>office</ins>" in shown
    assert "Submit for approval" in shown


async def test_nobody_is_offered_to_submit_what_would_be_refused(visitor):
    page = await visitor.begun()
    assert "Nothing differs from what is in force." in (shown := await visitor.get(page))
    assert "Submit for approval" not in shown
    await visitor.step(page, "text", file=FILE, text="permit (")
    assert "Mend what the checks found" in (shown := await visitor.get(page))
    assert "Submit for approval" not in shown


async def test_a_proposal_with_a_fault_has_to_be_mended_first(visitor):
    page = await visitor.begun()
    await visitor.step(page, "text", file=FILE, text="permit (")
    assert "Mend them first." in await visitor.get(f"{page}/impact")


HOME_ONLY = """
@id("home-only")
@reason("country_not_permitted")
@title_cs("Jen z Česka")
@title_en("From Czechia only")
@advice_cs("Připojte se z Česka.")
@advice_en("Connect from Czechia.")
forbid (principal, action, resource in Municipality::"588491")
unless { context.place has country && context.place.country == "CZ" };
"""


async def test_what_is_not_known_is_folded_away_behind_the_facts_that_are(visitor):
    texts = visitor.world.in_force().texts
    visitor.world.publish(texts | {FILE: texts[FILE] + HOME_ONLY}, NOW)
    page = await visitor.get("/why?role=mayor&application=map&country=")
    looked = page[page.index("What the rules looked at") : page.index("The question")]
    known, _, unknown = looked.partition("<details>")
    assert "not known" not in known
    assert re.search(r"<summary>1 fact is not known</summary>\s*<p>country</p>", unknown)
    at_home = await visitor.get("/why?role=mayor&application=map&country=CZ")
    assert "not known</summary>" not in at_home
