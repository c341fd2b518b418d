"""The portal's cards while something is closed in an incident, by the policies of the example."""

from dataclasses import replace

import pytest

from config.vocabulary import Language, Role
from gateway.authorize import catalogue
from gateway.authorize.catalogue import openable
from policies.incidents import Closure, ClosureKind
from policies.load import load
from policies.texts import MUNICIPALITIES, REGION, InHand, texts_of
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, KROMERIZ, NOW, RECORDS
from tests.gateway.authorize.test_closed_now import shut

FAILS = f"""
@id("fails") @reason("fails")
@title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
forbid (principal, action == Action::"read", resource in Municipality::"{HULIN}")
when {{ resource in Application::"records" && 9223372036854775807 + context.sign_in.level > 0 }};
"""


def closed_in_an_incident(session, snapshot, address, now):
    return catalogue.closed_in_an_incident(session, snapshot, snapshot.policies, address, now)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (ClosureKind.APPLICATION, "records"),
        (ClosureKind.MUNICIPALITY_APPLICATION, f"{HULIN}/records"),
    ],
)
def test_what_somebody_could_open_but_for_an_incident_is_told_with_the_words_of_a_refusal(
    snapshot, session, kind, target
):
    there = shut(snapshot, kind, target)
    before, after = (openable(session, one, "", NOW) for one in (snapshot, there))
    closed = closed_in_an_incident(session, there, "", NOW)
    assert set(closed) == set(before) - set(after) == {RECORDS}
    assert closed[RECORDS].rule.startswith("incident-")
    assert closed[RECORDS].why[Language.ENGLISH].startswith("An incident. ")


def test_everything_that_is_closed_is_told_with_everything(snapshot, session):
    closed = closed_in_an_incident(session, shut(snapshot, ClosureKind.ALL_BUT_OFFICERS), "", NOW)
    assert set(closed) == set(openable(session, snapshot, "", NOW))
    assert {one.rule for one in closed.values()} == {"incident-all-but-officers"}


def test_a_refusal_of_what_they_could_not_do_anyway_is_not_taken_for_the_incidents(snapshot, session):
    """Reading fails there (the sum is too large for Cedar), so it refuses by another reason, incident or not."""
    where, why = EXAMPLES / "policies", dict.fromkeys(Language, "An incident.")
    closing = Closure(kind=ClosureKind.APPLICATION, target="records", reason=why, by="urad:x", at=NOW)
    texts = dict(texts_of(where / "region", where / "municipalities"))
    texts[f"municipalities/{HULIN}.cedar"] += FAILS
    book = load(REGION, MUNICIPALITIES, snapshot.district, sources=InHand(texts), incidents=[closing])
    there = replace(snapshot, policies=book)
    (question, _) = next(catalogue._asked(session, there, "", NOW))
    verdict = book.decide(question)
    assert (question.application, verdict.reason) == (RECORDS, "policy_error")
    found = closed_in_an_incident(session, there, "", NOW)
    assert found[RECORDS].rule == closing.id


def test_what_they_could_not_open_anyway_or_is_closed_elsewhere_is_not_told(snapshot, session):
    assert closed_in_an_incident(session, snapshot, "", NOW) == {}
    there = shut(snapshot, ClosureKind.MUNICIPALITY, KROMERIZ)
    assert closed_in_an_incident(session, there, "", NOW) == {}
    auditor = replace(session, roles=((HULIN, Role.AUDITOR),))
    there = shut(snapshot, ClosureKind.APPLICATION, "records")
    assert RECORDS not in openable(auditor, snapshot, "", NOW)
    assert closed_in_an_incident(auditor, there, "", NOW) == {}
    assert closed_in_an_incident(replace(session, municipality=None), there, "", NOW) == {}


def test_a_book_without_closures_is_its_own_and_one_with_them_keeps_the_other(snapshot):
    assert snapshot.policies.as_if_open() is snapshot.policies
    there = shut(snapshot, ClosureKind.APPLICATION, "records").policies
    assert there.as_if_open() is there.as_if_open()
    assert there.as_if_open().version == there.version
