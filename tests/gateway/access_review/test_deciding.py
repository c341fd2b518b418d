"""Acts of review against a real database: what they change, what they record, and what they refuse."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import Role
from gateway.access_review import deciding
from gateway.access_review.blocks import BlockId
from gateway.access_review.campaign import CampaignId, Choice, Scope, progress
from gateway.access_review.report import digest_of
from gateway.access_review.reviewer import NotDone, ReviewRefused
from gateway.audit.entry import Code
from idp.directory.person import RoleHeld
from idp.directory.same_person import Account, Persons
from tests.rig.reviews import (
    AUDIT,
    CLERKS,
    DEADLINE,
    ELSEWHERE,
    EXCEPTED,
    HULIN,
    JANA,
    KVASICE,
    LENT,
    MARIE,
    MAYOR,
    MAYORS,
    NOW,
    OFFICERS,
    ORDERED,
    PETR,
    PROGRAM,
    RECORDS,
    REGION,
    VILLAGE,
    Village,
    held,
)

DAY = timedelta(days=1)


def refused(act) -> NotDone:
    with pytest.raises(ReviewRefused) as caught:
        act()
    return caught.value.reason


def close(village: Village, campaign, *, by=MAYOR, now=NOW, **more):
    return village.write(lambda book: deciding.close(book, by, campaign.id, now, lambda _: "Hulín", **more))


def decide_all(village: Village, campaign) -> None:
    colleague = replace(MAYOR, subject=JANA, login="mala.jana")
    village.decide(campaign, MAYORS, Choice.CONFIRM, by=colleague)
    for one in VILLAGE[1:]:
        village.decide(campaign, one, Choice.CONFIRM)


def test_a_campaign_lists_who_has_what_and_is_recorded_with_its_beginning(hulin: Village) -> None:
    campaign = hulin.begun()
    assert [one.held for one in hulin.read(lambda book: book.items(campaign.id))] == list(VILLAGE)
    [entry] = hulin.log()
    assert (entry.entry.code, entry.sequence) == (Code.ACCESS_REVIEW_BEGUN, campaign.begun_entry)
    assert (entry.entry.municipality, entry.entry.person) == (HULIN, "novakova")
    assert entry.entry.details["accesses"] == len(VILLAGE)


@pytest.mark.parametrize(
    ("scope", "application", "expected"),
    [
        (Scope.PRIVILEGED, "", [OFFICERS]),
        (Scope.APPLICATION, AUDIT, [OFFICERS]),
        (Scope.SPECIAL, "", [EXCEPTED, PROGRAM]),
    ],
)
def test_a_scope_chooses_what_is_reviewed(hulin: Village, scope, application, expected) -> None:
    campaign = hulin.begun(scope=scope, application=application)
    assert [one.held for one in hulin.read(lambda book: book.items(campaign.id))] == expected


@pytest.mark.parametrize(
    ("scope", "application", "expected"),
    [
        (Scope.ALL, "", [*VILLAGE, ORDERED, LENT]),
        (Scope.SPECIAL, "", [EXCEPTED, PROGRAM, ORDERED, LENT]),
        (Scope.APPLICATION, RECORDS, [MAYORS, CLERKS, ORDERED]),
        (Scope.PRIVILEGED, "", [OFFICERS, LENT]),
    ],
)
def test_what_people_asked_for_is_reviewed_too(hulin: Village, scope, application, expected) -> None:
    campaign = hulin.begun([*VILLAGE, ORDERED, LENT], scope=scope, application=application)
    assert [one.held for one in hulin.read(lambda book: book.items(campaign.id))] == expected


def test_what_ended_by_itself_needs_no_decision(hulin: Village) -> None:
    campaign = hulin.begun([*VILLAGE, ORDERED])
    assert hulin.write(lambda book: deciding.take_news(book, campaign.id, VILLAGE, NOW))
    assert hulin.item(campaign, ORDERED).gone_at == NOW
    assert refused(lambda: hulin.decide(campaign, ORDERED, Choice.REMOVE)) is NotDone.GONE


def test_a_decision_about_an_order_names_it_and_blocks_no_role(hulin: Village) -> None:
    campaign = hulin.begun([*VILLAGE, ORDERED])
    hulin.decide(campaign, ORDERED, Choice.REMOVE)
    entry = hulin.log()[-1].entry
    assert (entry.code, entry.details["request"]) == (Code.ACCESS_REVIEW_DECIDED, ORDERED.what)
    assert hulin.read(lambda book: book.blocks()) == []
    assert refused(lambda: hulin.decide(campaign, ORDERED, Choice.CONFIRM)) is NotDone.FINAL


def test_a_second_campaign_like_one_under_way_is_refused_and_another_scope_is_not(hulin: Village) -> None:
    hulin.begun()
    assert refused(hulin.begun) is NotDone.UNDER_WAY
    hulin.begun(scope=Scope.PRIVILEGED)
    hulin.begun(where=KVASICE, by=REGION)


@pytest.mark.parametrize("deadline", [NOW, NOW - DAY, NOW + deciding.LONGEST + DAY])
def test_a_deadline_lies_ahead_and_within_half_a_year(hulin: Village, deadline) -> None:
    assert refused(lambda: hulin.begun(deadline=deadline)) is NotDone.DEADLINE


def test_a_campaign_of_nothing_and_one_of_another_municipality_are_refused(hulin: Village) -> None:
    assert refused(lambda: hulin.begun([])) is NotDone.NOTHING
    assert refused(lambda: hulin.begun(where=KVASICE)) is NotDone.UNKNOWN
    assert hulin.log() == []


def test_a_decision_is_recorded_as_the_persons_with_who_decided_beside_it(hulin: Village) -> None:
    campaign = hulin.begun()
    item = hulin.decide(campaign, CLERKS, Choice.CONFIRM)
    recorded = hulin.log()[-1]
    assert item.decided is not None
    assert item.decided.entry == recorded.sequence
    entry = recorded.entry
    assert (entry.code, entry.subject, entry.person) == (Code.ACCESS_REVIEW_DECIDED, JANA, "mala.jana")
    assert (entry.municipality, entry.session, entry.address) == (HULIN, "s-1", "203.0.113.7")
    assert entry.details["by"] == "novakova"
    assert entry.details["decision"] == "confirm"


def test_nobody_decides_about_their_own_access(hulin: Village) -> None:
    campaign = hulin.begun()
    assert refused(lambda: hulin.decide(campaign, MAYORS, Choice.CONFIRM)) is NotDone.OWN_ACCESS
    assert hulin.item(campaign, MAYORS).decided is None


def test_nobody_decides_about_the_access_of_another_account_of_theirs(hulin: Village) -> None:
    campaign = hulin.begun()
    known = Persons()
    known.know([[Account(MAYOR.subject, MAYOR.login), Account(JANA, "mala.jana")]])
    same = replace(MAYOR, others=known.others)
    for choice in (Choice.CONFIRM, Choice.REMOVE):
        assert (
            refused(lambda choice=choice: hulin.decide(campaign, CLERKS, choice, by=same))
            is NotDone.SAME_PERSON
        )
    assert hulin.item(campaign, CLERKS).decided is None
    assert hulin.decide(campaign, CLERKS, Choice.CONFIRM).decided


def test_whoever_acts_for_another_municipality_finds_no_campaign_here(hulin: Village) -> None:
    campaign = hulin.begun()
    acts = (
        lambda: hulin.decide(campaign, CLERKS, Choice.REMOVE, by=ELSEWHERE),
        lambda: close(hulin, campaign, by=ELSEWHERE, now=DEADLINE),
        lambda: hulin.read(lambda book: deciding.campaign_for(book, ELSEWHERE, campaign.id)),
        lambda: hulin.read(lambda book: deciding.campaign_for(book, MAYOR, CampaignId("guessed"))),
        lambda: hulin.read(lambda book: deciding.item_to_decide(book, MAYOR, campaign.id, 99)),
    )
    assert {refused(act) for act in acts} == {NotDone.UNKNOWN}
    assert hulin.read(lambda book: book.blocks()) == []


def test_a_removed_role_is_blocked_and_recorded_in_the_same_transaction(hulin: Village) -> None:
    campaign = hulin.begun()
    hulin.decide(campaign, CLERKS, Choice.REMOVE, "Odešla k 1. 11.")
    [block] = hulin.read(lambda book: book.blocks())
    assert (block.subject, block.held) == (JANA, RoleHeld(HULIN, Role.CLERK))
    decided, removed = hulin.said()[-2:]
    assert [decided.code, removed.code] == [Code.ACCESS_REVIEW_DECIDED, Code.ACCESS_REMOVED]
    assert (removed.subject, removed.details["role"]) == (JANA, "clerk")
    assert removed.details["why"] == "Odešla k 1. 11."


def test_a_decision_can_be_changed_and_the_role_counts_again(hulin: Village) -> None:
    campaign = hulin.begun()
    hulin.decide(campaign, CLERKS, Choice.REMOVE)
    hulin.decide(campaign, CLERKS, Choice.CONFIRM)
    assert hulin.read(lambda book: book.blocks()) == []
    assert hulin.said()[-1].code is Code.ACCESS_RESTORED
    assert hulin.said()[-2].details["before"] == "remove"


def test_the_same_decision_sent_twice_is_one(hulin: Village) -> None:
    campaign = hulin.begun()
    first = hulin.decide(campaign, CLERKS, Choice.REMOVE)
    assert hulin.decide(campaign, CLERKS, Choice.REMOVE) == first
    assert len(hulin.read(lambda book: book.blocks())) == 1


def test_a_role_that_two_campaigns_remove_is_blocked_once_and_given_back_by_the_one_that_took_it(
    hulin: Village,
) -> None:
    whole, privileged = hulin.begun(), hulin.begun(scope=Scope.PRIVILEGED)
    hulin.decide(whole, OFFICERS, Choice.REMOVE)
    hulin.decide(privileged, OFFICERS, Choice.REMOVE)
    hulin.decide(privileged, OFFICERS, Choice.CONFIRM)
    assert len(hulin.read(lambda book: book.blocks())) == 1


def test_a_role_that_two_campaigns_remove_stays_removed_until_both_give_it_back(hulin: Village) -> None:
    whole, privileged = hulin.begun(), hulin.begun(scope=Scope.PRIVILEGED)
    hulin.decide(whole, OFFICERS, Choice.REMOVE)
    hulin.decide(privileged, OFFICERS, Choice.REMOVE)
    hulin.decide(whole, OFFICERS, Choice.CONFIRM)
    [block] = hulin.read(lambda book: book.blocks())
    assert (block.subject, block.campaign) == (PETR, privileged.id)
    assert hulin.read(lambda book: book.blocks_of(whole.id)) == []
    last = hulin.said()[-1]
    assert (last.code, last.details["review"]) == (Code.ACCESS_REMOVED, privileged.id)
    hulin.decide(privileged, OFFICERS, Choice.CONFIRM)
    assert hulin.read(lambda book: book.blocks()) == []
    assert hulin.said()[-1].code is Code.ACCESS_RESTORED


def test_what_another_review_removed_before_it_came_back_does_not_hold_it_now(hulin: Village) -> None:
    first = hulin.begun()
    hulin.decide(first, OFFICERS, Choice.REMOVE)
    [block] = hulin.read(lambda book: book.blocks())
    later = NOW + timedelta(hours=1)
    hulin.write(lambda book: deciding.restore(book, MAYOR, None, block.id, "Omyl", later))
    again = hulin.begun(scope=Scope.PRIVILEGED, now=later)
    hulin.decide(again, OFFICERS, Choice.REMOVE, now=later)
    hulin.decide(again, OFFICERS, Choice.CONFIRM, now=later)
    assert hulin.read(lambda book: book.blocks()) == []


@pytest.mark.parametrize("comment", ["", "   ", "x" * 501, "a\x00b"])
def test_unclear_takes_an_explanation_that_can_be_kept(hulin: Village, comment: str) -> None:
    campaign = hulin.begun()
    assert refused(lambda: hulin.decide(campaign, CLERKS, Choice.UNCLEAR, comment)) is NotDone.COMMENT
    item = hulin.decide(campaign, CLERKS, Choice.UNCLEAR, "Zeptám se")
    assert item.open


def test_an_exception_that_was_ended_is_not_brought_back(hulin: Village) -> None:
    campaign = hulin.begun()
    hulin.decide(campaign, EXCEPTED, Choice.REMOVE)
    assert refused(lambda: hulin.decide(campaign, EXCEPTED, Choice.CONFIRM)) is NotDone.FINAL


def test_what_changed_meanwhile_is_added_or_needs_no_decision(hulin: Village) -> None:
    campaign = hulin.begun()
    new = held(JANA, Role.ACCOUNTANT)
    there = [MAYORS, OFFICERS, EXCEPTED, PROGRAM, new]
    assert hulin.write(lambda book: deciding.take_news(book, campaign.id, there, NOW + DAY))
    items = hulin.read(lambda book: book.items(campaign.id))
    assert items[-1].held == new
    assert items[1].gone_at == NOW + DAY
    assert progress(items).left == len(VILLAGE)
    entry = hulin.said()[-1]
    assert entry.code is Code.ACCESS_REVIEW_CHANGED
    assert entry.details["added"] == ["mala.jana: accountant"]
    assert entry.details["gone"] == ["mala.jana: clerk"]
    assert refused(lambda: hulin.decide(campaign, CLERKS, Choice.REMOVE)) is NotDone.GONE
    assert not hulin.write(lambda book: deciding.take_news(book, campaign.id, there, NOW + DAY))
    assert hulin.write(lambda book: deciding.take_news(book, campaign.id, [*there, CLERKS], NOW + DAY))
    assert hulin.item(campaign, CLERKS).gone_at is None


def test_before_the_deadline_a_campaign_is_closed_only_when_nothing_is_left(hulin: Village) -> None:
    campaign = hulin.begun()
    assert refused(lambda: close(hulin, campaign)) is NotDone.UNFINISHED
    decide_all(hulin, campaign)
    closed, _ = close(hulin, campaign)
    assert closed.over


def test_closing_makes_a_report_whose_digest_stands_in_the_log_and_which_nothing_changes(
    hulin: Village,
) -> None:
    campaign = hulin.begun()
    decide_all(hulin, campaign)
    closed, _ = close(hulin, campaign)
    assert closed.digest == digest_of(closed.report)
    last = hulin.log()[-1]
    assert (last.entry.code, last.sequence) == (Code.ACCESS_REVIEW_CLOSED, closed.closed_entry)
    assert last.entry.details["sha256"] == closed.digest
    acts = (
        lambda: hulin.decide(campaign, CLERKS, Choice.REMOVE),
        lambda: close(hulin, campaign, now=DEADLINE),
    )
    assert {refused(act) for act in acts} == {NotDone.CLOSED}
    assert not hulin.write(lambda book: deciding.take_news(book, campaign.id, [], NOW + DAY))
    assert hulin.read(lambda book: book.campaign(campaign.id)) == closed


def test_after_the_deadline_what_nobody_decided_is_told_as_overdue_and_kept(hulin: Village) -> None:
    campaign = hulin.begun()
    hulin.decide(campaign, CLERKS, Choice.CONFIRM)
    closed, removed = close(hulin, campaign, now=DEADLINE)
    assert removed == []
    assert hulin.said()[-1].details["overdue"] == len(VILLAGE) - 1
    assert closed.report.count('"overdue": true') == len(VILLAGE) - 1
    assert hulin.read(lambda book: book.blocks()) == []


def test_where_the_settings_say_so_undecided_roles_are_removed_the_closers_own_by_the_product(
    hulin: Village,
) -> None:
    campaign = hulin.begun()
    _, removed = close(hulin, campaign, now=DEADLINE, remove_undecided=True)
    assert [one.held for one in removed] == [MAYORS, CLERKS, OFFICERS]
    by = {one.subject: one.by.subject for one in hulin.read(lambda book: book.blocks())}
    assert by == {MAYOR.subject: "system", JANA: MAYOR.subject, PETR: MAYOR.subject}


def test_the_undecided_roles_of_the_closers_other_account_are_removed_by_the_product(hulin: Village) -> None:
    campaign = hulin.begun()
    known = Persons()
    known.know([[Account(MAYOR.subject, MAYOR.login), Account(JANA, "mala.jana")]])
    same = replace(MAYOR, others=known.others)
    close(hulin, campaign, by=same, now=DEADLINE, remove_undecided=True)
    by = {one.subject: one.by.subject for one in hulin.read(lambda book: book.blocks())}
    assert by == {MAYOR.subject: "system", JANA: "system", PETR: MAYOR.subject}


def test_a_removed_role_is_given_back_with_a_reason_by_somebody_else(hulin: Village) -> None:
    campaign = hulin.begun()
    hulin.decide(campaign, CLERKS, Choice.REMOVE)
    [block] = hulin.read(lambda book: book.blocks())

    def give_back(by, why="Omyl", which=block.id):
        return lambda: hulin.write(lambda book: deciding.restore(book, by, None, which, why, NOW))

    assert refused(give_back(replace(MAYOR, subject=JANA))) is NotDone.OWN_ACCESS
    assert refused(give_back(ELSEWHERE)) is NotDone.UNKNOWN
    assert refused(give_back(MAYOR, which=BlockId("guessed"))) is NotDone.UNKNOWN
    assert refused(give_back(MAYOR, why=" ")) is NotDone.COMMENT
    give_back(MAYOR)()
    assert hulin.read(lambda book: book.blocks()) == []
    assert hulin.said()[-1].code is Code.ACCESS_RESTORED
    assert refused(give_back(MAYOR)) is NotDone.NOT_REMOVED


def test_a_role_is_given_back_on_the_page_of_the_review_that_took_it_and_of_no_other(hulin: Village) -> None:
    """Whoever may act in another municipality's review alone would reach one's own by its page."""
    campaign = hulin.begun()
    hulin.decide(campaign, CLERKS, Choice.REMOVE)
    other = hulin.begun(where=KVASICE, by=REGION)
    [block] = hulin.read(lambda book: book.blocks())

    def give_back(of: CampaignId):
        return lambda: hulin.write(lambda book: deciding.restore(book, REGION, of, block.id, "Omyl", NOW))

    assert refused(give_back(other.id)) is NotDone.UNKNOWN
    assert hulin.read(lambda book: book.blocks()) == [block]
    give_back(campaign.id)()
    assert hulin.read(lambda book: book.blocks()) == []


def test_a_block_ends_when_the_directory_has_done_without_the_role_for_a_day(hulin: Village) -> None:
    campaign = hulin.begun()
    hulin.decide(campaign, CLERKS, Choice.REMOVE)
    [block] = hulin.read(lambda book: book.blocks())
    has = {(JANA, RoleHeld(HULIN, Role.CLERK))}

    def follow(holding, now, asked=(block.id,)):
        return hulin.write(lambda book: deciding.follow_directory(book, holding, set(asked), now))

    assert follow(has, NOW) == 0
    assert follow(set(), NOW, asked=()) == 0
    assert [follow(set(), NOW), follow(set(), NOW + DAY / 2)] == [1, 0]
    assert [follow(has, NOW + DAY / 2), follow(set(), NOW + DAY)] == [1, 1]
    assert hulin.read(lambda book: len(book.blocks())) == 1
    assert follow(set(), NOW + 2 * DAY) == 1
    assert hulin.read(lambda book: book.blocks()) == []
    codes = [entry.code for entry in hulin.said()[-4:]]
    assert codes == [
        Code.ACCESS_REMOVAL_FOLLOWED,
        Code.ACCESS_REMOVAL_UNDONE,
        Code.ACCESS_REMOVAL_FOLLOWED,
        Code.ACCESS_BLOCK_OVER,
    ]
    assert {entry.subject for entry in hulin.said()[-4:]} == {JANA}
    assert MARIE not in {entry.subject for entry in hulin.said()[-4:]}
