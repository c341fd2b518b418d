"""Pages of access reviews: what a mayor does there, and what is refused."""

import csv
import hashlib
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import REASON_HEADER, Role
from gateway.access_review.campaign import Choice, Item
from gateway.audit.entry import Code, Entry
from gateway.web.access_review.people import PAGE, leaf, next_open, page_of, people
from gateway.web.app import make_app
from tests.gateway.web.people import assertion_header
from tests.gateway.web.sample import Office
from tests.rig.review_pages import ELSEWHERE, LOOKER, REGIONAL, REVIEWER, Given, given
from tests.rig.reviews import (
    CLERKS,
    DEADLINE,
    EXCEPTED,
    HULIN,
    JANA,
    KVASICE,
    MAYORS,
    NOW,
    ORDERED,
    PROGRAM,
    VILLAGE,
    held,
    subject,
)
from tests.rig.reviews import MAYOR as IN_VILLAGE

pytestmark = pytest.mark.real


def headers(who, **more) -> dict[str, str]:
    usual = {
        "Host": "policies.brana.test",
        "Accept": "text/html",
        "Accept-Language": "en",
        "Sec-Fetch-Site": "same-origin",
    }
    return usual | assertion_header(who) | more


class Visitor:
    def __init__(self, client: TestClient, given: Given) -> None:
        self.client, self.given = client, given

    async def get(self, path: str, who=REVIEWER, status: int = 200) -> str:
        answer = await self.client.get(path, headers=headers(who), allow_redirects=False)
        assert answer.status == status, await answer.text()
        return await answer.text()

    async def post(self, path: str, who=REVIEWER, *, more=(), **form):
        data = [*form.items(), *more]
        return await self.client.post(path, headers=headers(who), data=data, allow_redirects=False)

    async def refused(self, path: str, who=REVIEWER, **form) -> str:
        answer = await self.post(path, who, **form)
        assert answer.status >= 400
        return answer.headers[REASON_HEADER]

    def number(self, campaign, about) -> str:
        return str(self.given.village.item(campaign, about).number)

    def item(self, campaign, about) -> Item:
        return self.given.village.item(campaign, about)

    def said(self) -> list[tuple[Code, str]]:
        """Looks apart."""
        return [(one.code, one.reason) for one in self.given.village.said() if one not in self.looks()]

    def looks(self) -> list[Entry]:
        return [one for one in self.given.village.said() if one.code is Code.LOG_SEARCHED]


@asynccontextmanager
async def reviewer_of(folder: Path) -> AsyncIterator[Visitor]:
    made = given(folder)
    desk = Office().desk()
    app = make_app(desk, {"policies.brana.test": made.pages(desk)}, {})
    async with TestClient(TestServer(app)) as client:
        yield Visitor(client, made)
    made.village.database.close()


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with reviewer_of(tmp_path) as made:
        yield made


BEGINNING = {"scope": "all", "application": "records", "until": "2026-12-07"}


async def test_a_mayor_begins_a_review_and_sees_who_has_what(visitor: Visitor) -> None:
    answer = await visitor.post("/reviews", **BEGINNING)
    assert answer.status == 303
    text = await visitor.get(answer.headers["Location"])
    for one in VILLAGE:
        assert one.name in text
    assert "0 of 5" in text
    assert "This is you" in text
    assert text.count('value="remove"') == len(VILLAGE) - 1
    assert "Records service" in text


async def test_a_decision_leads_to_the_next_person_and_the_last_one_to_the_end(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    for one in VILLAGE[1:-1]:
        answer = await visitor.post(
            f"/reviews/{campaign.id}", number=visitor.number(campaign, one), choice="confirm", comment=""
        )
        assert answer.headers["Location"].endswith("#told")
    answer = await visitor.post(
        f"/reviews/{campaign.id}", number=visitor.number(campaign, PROGRAM), choice="remove", comment=""
    )
    assert "&at=" not in answer.headers["Location"]
    assert answer.headers["Location"].endswith("#told")
    assert "4 of 5" in await visitor.get(f"/reviews/{campaign.id}")


async def test_a_removed_role_has_reached_the_person_when_the_page_answers(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    number = visitor.number(campaign, CLERKS)
    await visitor.post(f"/reviews/{campaign.id}", number=number, choice="remove", comment="Odešla")
    assert visitor.given.reached == [JANA]
    text = await visitor.get(f"/reviews/{campaign.id}/report")
    assert "still in the directory" in text
    await visitor.post(f"/reviews/{campaign.id}", number=number, choice="confirm", comment="")
    assert visitor.given.reached == [JANA, JANA]


async def test_a_removed_exception_is_ended(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    number = visitor.number(campaign, EXCEPTED)
    await visitor.post(f"/reviews/{campaign.id}", number=number, choice="remove", comment="")
    assert visitor.given.ended == [EXCEPTED.what]
    assert (
        await visitor.refused(f"/reviews/{campaign.id}", number=number, choice="confirm", comment="")
        == "removal_final"
    )


async def test_a_removed_order_is_ended_for_good(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun([*VILLAGE, ORDERED])
    text = await visitor.get(f"/reviews/{campaign.id}")
    for words in ("Order of a supplier", "Sponsor:", "Eva Malá", "Ends by itself:"):
        assert words in text
    number = visitor.number(campaign, ORDERED)
    await visitor.post(f"/reviews/{campaign.id}", number=number, choice="remove", comment="")
    assert visitor.given.ended == [ORDERED.what]
    again = await visitor.refused(f"/reviews/{campaign.id}", number=number, choice="confirm", comment="")
    assert again == "removal_final"
    assert f'name="number" value="{number}"' not in await visitor.get(f"/reviews/{campaign.id}")


async def test_what_has_ended_meanwhile_cannot_be_removed(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun([*VILLAGE, ORDERED])
    visitor.given.over_already = True
    number = visitor.number(campaign, ORDERED)
    assert (
        await visitor.refused(f"/reviews/{campaign.id}", number=number, choice="remove", comment="")
        == "access_gone"
    )
    assert visitor.said()[-1] == (Code.ACCESS_REVIEW_REFUSED, "access_gone")
    assert visitor.item(campaign, ORDERED).decided is None


async def test_nothing_ends_for_a_comment_that_cannot_be_kept(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    refused = await visitor.refused(
        f"/reviews/{campaign.id}",
        number=visitor.number(campaign, EXCEPTED),
        choice="remove",
        comment="x" * 501,
    )
    assert (refused, visitor.given.ended) == ("review_comment_missing", [])


async def test_nobody_decides_about_themselves_by_a_form_of_their_own(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    number = visitor.number(campaign, MAYORS)
    refused = await visitor.refused(f"/reviews/{campaign.id}", number=number, choice="confirm", comment="")
    assert refused == "own_access"
    assert visitor.said()[-1] == (Code.ACCESS_REVIEW_REFUSED, "own_access")
    assert visitor.item(campaign, MAYORS).decided is None


async def test_a_review_of_another_municipality_is_as_if_there_were_none(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    for path in ("", "/report", "/report.json", "/report.csv", "/close"):
        await visitor.get(f"/reviews/{campaign.id}{path}", ELSEWHERE, status=404)
    acts = [
        await visitor.refused(f"/reviews/{campaign.id}", ELSEWHERE, number="2", choice="remove", comment=""),
        await visitor.refused(f"/reviews/{campaign.id}/close", ELSEWHERE),
    ]
    assert set(acts) == {"review_not_found"}
    assert visitor.said()[-1] == (Code.ACCESS_REVIEW_REFUSED, "review_not_found")
    assert campaign.id not in await visitor.get("/reviews", ELSEWHERE)
    assert visitor.item(campaign, CLERKS).decided is None
    await visitor.get("/reviews/guessed-guessed1", status=404)


async def test_a_removed_role_is_not_given_back_from_another_municipality(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    visitor.given.village.decide(campaign, CLERKS, Choice.REMOVE)
    [block] = visitor.given.village.read(lambda book: book.blocks())
    mine = visitor.given.village.begun(where=KVASICE, by=replace(IN_VILLAGE, municipality=KVASICE))
    path = f"/reviews/{mine.id}/report"
    assert await visitor.refused(path, ELSEWHERE, block=block.id, why="Omyl") == "review_not_found"
    answer = await visitor.post(f"/reviews/{campaign.id}/report", block=block.id, why="Omyl")
    assert answer.status == 303
    assert visitor.given.reached == [JANA]
    assert visitor.given.village.read(lambda book: book.blocks()) == []


async def test_who_may_only_look_sees_no_buttons_and_is_refused(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    text = await visitor.get(f"/reviews/{campaign.id}", LOOKER)
    assert 'name="choice"' not in text
    assert "/close" not in text
    acts = [
        await visitor.refused(f"/reviews/{campaign.id}", LOOKER, number="2", choice="remove", comment=""),
        await visitor.refused(f"/reviews/{campaign.id}/close", LOOKER),
        await visitor.refused(f"/reviews/{campaign.id}/report", LOOKER, block="b", why="x"),
        await visitor.refused("/reviews", LOOKER, **BEGINNING),
        await visitor.refused("/reviews/all", REVIEWER, **BEGINNING),
    ]
    assert set(acts) == {"role_not_sufficient"}


@pytest.mark.parametrize(
    ("form", "more"),
    [
        ({"number": "2", "choice": "everything", "comment": ""}, ()),
        ({"number": "-2", "choice": "remove", "comment": ""}, ()),
        ({"number": "2", "choice": "remove"}, ()),
        ({"number": "2", "choice": "confirm", "comment": ""}, (("choice", "remove"),)),
        ({"number": "2", "choice": "confirm", "comment": ""}, (("number", "3"),)),
    ],
    ids=["choice", "number", "missing", "two choices", "two numbers"],
)
async def test_a_form_that_is_not_ours_changes_nothing(visitor: Visitor, form, more) -> None:
    campaign = visitor.given.village.begun()
    answer = await visitor.post(f"/reviews/{campaign.id}", more=more, **form)
    assert answer.headers[REASON_HEADER] == "request_unreadable"
    assert all(
        one.decided is None for one in visitor.given.village.read(lambda book: book.items(campaign.id))
    )


async def test_fields_that_nobody_asked_for_are_not_taken(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    number = visitor.number(campaign, CLERKS)
    more = (("subject", "urad:x"), ("municipality", KVASICE), ("decided_by", "somebody"), ("entry", "1"))
    await visitor.post(f"/reviews/{campaign.id}", number=number, choice="confirm", comment="", more=more)
    item = visitor.item(campaign, CLERKS)
    assert item.decided is not None
    assert (item.held, item.decided.by.name) == (replace(CLERKS), REVIEWER.login)


async def test_a_form_of_another_site_is_refused(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    answer = await visitor.client.post(
        f"/reviews/{campaign.id}/close",
        headers=headers(REVIEWER, **{"Sec-Fetch-Site": "cross-site"}),
        data={},
    )
    assert answer.headers[REASON_HEADER] == "not_from_our_page"


async def test_a_closed_review_is_a_report_that_can_be_verified_and_nothing_more_is_decided(
    visitor: Visitor,
) -> None:
    village = visitor.given.village
    campaign = village.begun([CLERKS, EXCEPTED])
    formula = "=HYPERLINK(1)"
    village.decide(campaign, CLERKS, Choice.REMOVE, formula)
    village.decide(campaign, EXCEPTED, Choice.CONFIRM)
    visitor.given.found = [EXCEPTED]
    answer = await visitor.post(f"/reviews/{campaign.id}/close")
    assert answer.headers["Location"] == f"/reviews/{campaign.id}/report?done=closed"
    body = await visitor.get(f"/reviews/{campaign.id}/report.json")
    digest = hashlib.sha256(body.encode()).hexdigest()
    [closed] = [one for one in village.log() if one.entry.code is Code.ACCESS_REVIEW_CLOSED]
    assert closed.entry.details["sha256"] == digest
    page = await visitor.get(f"/reviews/{campaign.id}/report")
    assert digest in page
    assert f"entry {closed.sequence} of the audit log" in page
    report = json.loads(body)
    by_number = {one.sequence: one.entry for one in village.log()}
    assert {by_number[one["entry"]].code for one in report["items"]} == {Code.ACCESS_REVIEW_DECIDED}
    table = list(csv.DictReader(io.StringIO((await visitor.get(f"/reviews/{campaign.id}/report.csv"))[1:])))
    assert [row["comment"] for row in table] == [f"'{formula}", ""]
    told = [(one.details["form"], one.details["found"], one.municipality) for one in visitor.looks()]
    assert told == [(form, 2, HULIN) for form in ("export", "page", "export")]
    assert (
        await visitor.refused(f"/reviews/{campaign.id}", number="1", choice="confirm", comment="")
        == "review_closed"
    )
    assert await visitor.refused(f"/reviews/{campaign.id}/close") == "review_closed"
    assert body == await visitor.get(f"/reviews/{campaign.id}/report.json")


async def test_before_everything_is_decided_there_is_no_closing_and_no_file(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    assert await visitor.refused(f"/reviews/{campaign.id}/close") == "review_not_finished"
    await visitor.get(f"/reviews/{campaign.id}/report.json", status=404)


async def test_whoever_came_since_is_added_when_a_review_is_to_be_closed(visitor: Visitor) -> None:
    village = visitor.given.village
    campaign = village.begun([CLERKS], now=NOW - timedelta(hours=1))
    village.decide(campaign, CLERKS, Choice.CONFIRM)
    visitor.given.found = [CLERKS, held(JANA, Role.ACCOUNTANT)]
    assert await visitor.refused(f"/reviews/{campaign.id}/close") == "review_not_finished"
    assert "Added since the review began" in await visitor.get(f"/reviews/{campaign.id}")


async def test_the_region_begins_everywhere_and_hears_how_many(visitor: Visitor) -> None:
    visitor.given.elsewhere = [CLERKS]
    answer = await visitor.post("/reviews/all", REGIONAL, **BEGINNING)
    assert answer.headers["Location"] == "/reviews?done=all&begun=2"
    begun = visitor.given.village.read(lambda book: book.campaigns())
    assert {one.municipality for one in begun} == {HULIN, KVASICE}
    assert [code for code, _ in visitor.said()] == [Code.ACCESS_REVIEW_BEGUN] * 2
    assert await visitor.refused("/reviews/all", REGIONAL, **BEGINNING) == "review_under_way"


async def test_a_village_whose_policies_let_it_administer_does_not_reach_others(visitor: Visitor) -> None:
    visitor.given.elsewhere = [CLERKS]
    village = replace(REGIONAL, municipality=KVASICE)
    assert await visitor.refused("/reviews/all", village, **BEGINNING) == "not_for_the_centre"
    assert visitor.said() == [(Code.ACCESS_REVIEW_REFUSED, "not_for_the_centre")]
    campaign = visitor.given.village.begun()
    await visitor.get(f"/reviews/{campaign.id}", village, status=404)
    number = visitor.number(campaign, CLERKS)
    decision = {"number": number, "choice": "remove", "comment": ""}
    assert await visitor.refused(f"/reviews/{campaign.id}", village, **decision) == "review_not_found"
    assert "Hulín" not in await visitor.get("/reviews", village)


async def test_the_region_sees_and_decides_in_any_municipality_but_not_about_itself(visitor: Visitor) -> None:
    village = visitor.given.village
    campaign = village.begun(where=KVASICE, by=replace(IN_VILLAGE, municipality=KVASICE))
    assert "Kvasice" in await visitor.get("/reviews", REGIONAL)
    await visitor.get(f"/reviews/{campaign.id}", REGIONAL)
    number = visitor.number(campaign, CLERKS)
    answer = await visitor.post(
        f"/reviews/{campaign.id}", REGIONAL, number=number, choice="remove", comment=""
    )
    assert answer.status == 303
    assert village.said()[-1].own_municipality == HULIN
    assert village.said()[-1].municipality == KVASICE
    number = visitor.number(campaign, MAYORS)
    refused = await visitor.refused(
        f"/reviews/{campaign.id}", REGIONAL, number=number, choice="confirm", comment=""
    )
    assert refused == "own_access"


async def test_the_round_closes_by_itself_only_where_the_settings_say_so(visitor: Visitor) -> None:
    village = visitor.given.village
    campaign, visitor.given.found = village.begun([CLERKS]), [CLERKS]
    await visitor.given.reviewing().keep_up(DEADLINE)
    assert not village.read(lambda book: book.campaign(campaign.id)).over
    visitor.given.remove_undecided = True
    await visitor.given.reviewing().keep_up(DEADLINE)
    assert village.read(lambda book: book.campaign(campaign.id)).over
    assert visitor.given.reached == [JANA]
    visitor.given.asked = frozenset({JANA})
    await visitor.given.reviewing().follow_directory(DEADLINE)
    text = await visitor.get(f"/reviews/{campaign.id}/report")
    assert "gone from the directory" in text
    assert "by itself, after the deadline" in text


def test_three_hundred_people_are_turned_over_page_by_page() -> None:
    items = [
        Item(number=n, held=replace(CLERKS, subject=subject(n), name=f"Osoba {n:03}"), added_at=NOW)
        for n in range(1, 301)
    ]
    everybody = people(items)
    assert [leaf(everybody, page).page for page in (0, 1, 12, 99)] == [1, 1, 12, 12]
    assert len(leaf(everybody, 12).people) == PAGE
    assert (next_open(everybody, 25, ()), page_of(everybody, 26)) == (26, 2)
    assert next_open(everybody, 300, {subject(1)}) == 2
    assert next_open(everybody, 300, {subject(1), subject(2)}) == 3, "nor what another account of one's has"
    assert (next_open([], 1, ()), page_of([], 1)) == (None, None)
