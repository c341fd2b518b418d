"""Forms of an access review: they lead back to where one was, and come again with what was filled in."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER
from gateway.access_review.campaign import Choice
from gateway.audit.entry import Code
from gateway.web.access_review.people import PAGE
from idp.directory.same_person import Account
from tests.gateway.web.test_access_review import BEGINNING, Visitor, reviewer_of
from tests.rig.review_pages import LOOKER, REVIEWER
from tests.rig.reviews import CLERKS, EXCEPTED, MAYORS, OFFICERS, subject

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with reviewer_of(tmp_path) as made:
        yield made


@pytest.mark.parametrize("until", ["2026-11-22", "2027-11-23", "9999-12-31", "7. 12. 2026", ""])
async def test_a_deadline_that_is_not_possible_is_said_beside_its_field(visitor: Visitor, until: str) -> None:
    form = {"scope": "application", "application": "records", "until": until}
    answer = await visitor.post("/reviews", **form)
    text = await answer.text()
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "review_deadline_unusable")
    assert visitor.said() == [(Code.ACCESS_REVIEW_REFUSED, "review_deadline_unusable")]
    assert 'id="own-until-error"' in text
    assert f'type="date" required value="{until}"' in text
    assert '<option value="application" selected>' in text
    assert '<option value="records" selected>' in text


async def test_a_review_that_is_under_way_is_said_beside_its_scope(visitor: Visitor) -> None:
    await visitor.post("/reviews", **BEGINNING)
    answer = await visitor.post("/reviews", **BEGINNING)
    assert answer.headers[REASON_HEADER] == "review_under_way"
    text = await answer.text()
    assert 'id="own-scope-error"' in text
    assert "Such a review is under way already" in text


async def test_the_filter_and_the_page_stay_through_every_decision(visitor: Visitor) -> None:
    village = visitor.given.village
    many = [replace(CLERKS, subject=subject(100 + n), name=f"Osoba {n:03}") for n in range(PAGE + 3)]
    campaign = village.begun(many)
    numbers = [visitor.number(campaign, one) for one in many]
    last_page = f"/reviews/{campaign.id}?open=1&page=2"
    text = await visitor.get(last_page)
    assert f'action="/reviews/{campaign.id}?open=1&amp;page=2"' in text
    asked = await visitor.post(
        f"/reviews/{campaign.id}/remove?open=1&page=2", number=numbers[PAGE], comment=""
    )
    assert f'action="/reviews/{campaign.id}?open=1&amp;page=2"' in await asked.text()
    answer = await visitor.post(last_page, number=numbers[PAGE], choice="remove", comment="")
    there = answer.headers["Location"]
    following = numbers[PAGE + 1]
    said = f"done=decided&decided={numbers[PAGE]}&at={following}"
    assert there == f"/reviews/{campaign.id}?open=1&page=2&{said}#told"
    text = await visitor.get(there.partition("#")[0])
    assert f'id="access-{numbers[PAGE]}"' not in text
    assert f'id="access-{numbers[PAGE + 1]}"' in text


async def test_what_is_decided_shows_its_decision_and_is_changed_where_it_stands(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun([CLERKS, EXCEPTED])
    number = visitor.number(campaign, CLERKS)
    await visitor.post(f"/reviews/{campaign.id}", number=number, choice="remove", comment="Odešla")
    text = await visitor.get(f"/reviews/{campaign.id}")
    assert "Change the decision" in text
    assert text.count('value="confirm"') == 2
    assert text.count('value="remove"') == 1, "what is removed is not removed again"
    answer = await visitor.post(f"/reviews/{campaign.id}", number=number, choice="confirm", comment="")
    assert answer.headers["Location"].endswith(f"&at={number}#told")
    text = await visitor.get(f"/reviews/{campaign.id}?open=1")
    assert "Jana Malá" not in text
    assert "Change the decision" not in text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"choice": "unclear", "comment": " "}, "Write what is unclear."),
        ({"choice": "confirm", "comment": "x" * 501}, "Write something readable, in 500 characters or less."),
        ({"choice": "remove", "comment": "\u200b"}, "Write something readable, in 500 characters or less."),
    ],
)
async def test_a_note_that_cannot_be_kept_comes_again_with_its_error(visitor: Visitor, form, words) -> None:
    campaign = visitor.given.village.begun([CLERKS, EXCEPTED])
    number = visitor.number(campaign, CLERKS)
    part = "/remove" if form["choice"] == "remove" else ""
    answer = await visitor.post(f"/reviews/{campaign.id}{part}?open=1", number=number, **form)
    text = await answer.text()
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "review_comment_missing")
    assert visitor.said()[-1] == (Code.ACCESS_REVIEW_REFUSED, "review_comment_missing")
    assert text.count(words) == text.count('class="wrong"') == 1
    assert f'id="comment-{number}-error"' in text
    assert f'value="{form["comment"]}" autofocus aria-invalid="true"' in text
    assert f'action="/reviews/{campaign.id}?open=1"' in text
    assert visitor.item(campaign, CLERKS).decided is None


async def test_a_role_is_not_given_back_without_a_reason_and_what_was_typed_stays(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    visitor.given.village.decide(campaign, CLERKS, Choice.REMOVE)
    [block] = visitor.given.village.read(lambda book: book.blocks())
    path = f"/reviews/{campaign.id}/report"
    for typed, words in ((" ", "Write why."), ("y" * 501, "Write something readable")):
        answer = await visitor.post(path, block=block.id, why=typed)
        text = await answer.text()
        assert answer.headers[REASON_HEADER] == "review_comment_missing"
        assert words in text
        assert f'value="{typed}" autofocus' in text
    assert visitor.given.reached == []


async def test_what_another_account_of_the_reviewer_has_is_neither_theirs_to_decide_nor_the_next(
    visitor: Visitor,
) -> None:
    campaign = visitor.given.village.begun([MAYORS, CLERKS, OFFICERS])
    theirs, other = visitor.number(campaign, CLERKS), visitor.number(campaign, OFFICERS)
    asked = f"/reviews/{campaign.id}/remove?number={theirs}"
    assert "Remove" in await visitor.get(asked)
    visitor.given.others = lambda who: (
        [Account(CLERKS.subject, "mala.jana")] if who == REVIEWER.subject else []
    )
    await visitor.get(asked, status=303)
    decided = await visitor.post(f"/reviews/{campaign.id}", number=other, choice="confirm", comment="")
    assert "&at=" not in decided.headers["Location"], "nothing is left to them"
    refused = await visitor.refused(f"/reviews/{campaign.id}", number=theirs, choice="confirm", comment="")
    assert refused == "same_person"


async def test_what_was_decided_is_told_where_one_is_led_to(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun([CLERKS, OFFICERS])
    first, second = visitor.number(campaign, OFFICERS), visitor.number(campaign, CLERKS)
    answer = await visitor.post(f"/reviews/{campaign.id}", number=first, choice="confirm", comment="")
    text = await visitor.get(answer.headers["Location"].partition("#")[0])
    told = text.index("Your decision is kept.")
    assert text.rindex('id="told"', 0, told) > text.rindex("</section>", 0, told), "within nobody's box"
    assert told < text.index(f'id="person-{second}"')
    assert told < text.index(f'id="access-{second}"')
    assert "<strong>Petr Dvořák</strong>, security officer: confirmed" in text
    answer = await visitor.post(f"/reviews/{campaign.id}", number=second, choice="confirm", comment="")
    text = await visitor.get(answer.headers["Location"].partition("#")[0])
    assert 0 < text.index("Your decision is kept.") < text.index('id="finish"'), (
        "nothing is left to be led to"
    )


async def test_several_are_kept_in_one_act_and_recorded_one_by_one(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun([CLERKS, OFFICERS, EXCEPTED])
    marked = [("marked", visitor.number(campaign, one)) for one in (CLERKS, EXCEPTED)]
    answer = await visitor.post(f"/reviews/{campaign.id}/keep?open=1", more=marked)
    assert answer.headers["Location"] == f"/reviews/{campaign.id}?open=1&done=kept&kept=2&left=0"
    assert visitor.said()[-2:] == [(Code.ACCESS_REVIEW_DECIDED, ""), (Code.ACCESS_REVIEW_DECIDED, "")]
    text = await visitor.get(answer.headers["Location"])
    assert "Kept: 2." in text
    assert "Petr Dvořák" in text
    assert "Jana Malá" not in text


async def test_what_cannot_be_kept_among_several_is_told_and_refused_by_itself(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun([CLERKS, MAYORS])
    marked = [("marked", visitor.number(campaign, one)) for one in (MAYORS, CLERKS)]
    answer = await visitor.post(
        f"/reviews/{campaign.id}/keep", replace(REVIEWER, subject=MAYORS.subject), more=marked
    )
    assert answer.headers["Location"].endswith("done=kept&kept=1&left=1")
    assert visitor.said()[-2:] == [
        (Code.ACCESS_REVIEW_REFUSED, "own_access"),
        (Code.ACCESS_REVIEW_DECIDED, ""),
    ]
    assert "Not kept: 1." in await visitor.get(answer.headers["Location"])
    none = await visitor.post(f"/reviews/{campaign.id}/keep", more=[("marked", "x"), ("other", "1")])
    assert "Nothing was marked." in await visitor.get(none.headers["Location"])
    looker = await visitor.post(f"/reviews/{campaign.id}/keep", LOOKER, more=marked)
    assert looker.status == 403


async def test_as_many_are_kept_at_once_as_a_page_shows(visitor: Visitor) -> None:
    people = [replace(CLERKS, subject=subject(100 + n), name=f"Osoba {n:03}") for n in range(60)]
    campaign = visitor.given.village.begun(people)
    marked = [("marked", visitor.number(campaign, one)) for one in people]
    answer = await visitor.post(f"/reviews/{campaign.id}/keep", more=marked)
    assert answer.headers["Location"].endswith("done=kept&kept=60&left=0")


async def test_a_mark_of_a_page_that_is_older_gives_nothing_back(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun([CLERKS, EXCEPTED])
    number = visitor.number(campaign, CLERKS)
    other = replace(REVIEWER, login="druhy", subject=subject(77))
    await visitor.post(f"/reviews/{campaign.id}", other, number=number, choice="remove", comment="odešla")
    before = visitor.said()
    answer = await visitor.post(f"/reviews/{campaign.id}/keep", more=[("marked", number)])
    assert answer.headers["Location"].endswith("done=kept&kept=0&left=1")
    assert visitor.said() == before


async def test_accesses_are_found_by_name_login_and_role_in_either_language(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun([CLERKS, OFFICERS, EXCEPTED])
    for sought, found in (
        ("dvorak", {"Petr Dvořák"}),
        ("kriz.ales", {"Aleš Kříž"}),
        ("security", {"Petr Dvořák"}),
        ("bezpečnosti petr", {"Petr Dvořák"}),
        ("nobody", set()),
    ):
        text = await visitor.get(f"/reviews/{campaign.id}?q={sought}")
        assert {name for name in ("Petr Dvořák", "Aleš Kříž", "Jana Malá") if name in text} == found, sought
        assert f'value="{sought}"' in text
        assert ("Nobody fits what is looked for." in text) == (not found)
    text = await visitor.get(f"/reviews/{campaign.id}?q=petr&open=1")
    assert f'action="/reviews/{campaign.id}?open=1&amp;q=petr"' in text, (
        "every decision leads back to what was found"
    )
    assert f'href="/reviews/{campaign.id}?q=petr"' in text
