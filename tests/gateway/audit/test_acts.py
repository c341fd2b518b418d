import pytest

from config.vocabulary import Language
from gateway.audit import acts
from gateway.audit.canonical import Recorded, canonical, parse
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.titles import NOTHING, sentence
from tests.gateway.audit.making import NOON

ACTS = [
    acts.started(NOON, "0.1.0", "p1"),
    acts.stopped(NOON, "SIGTERM"),
    acts.data_plane_started(NOON, 7),
    acts.data_plane_died(NOON, 7, -9),
    acts.directory_unreachable(NOON, "ldaps://directory:636", "refused"),
    acts.directory_recovered(NOON, "ldaps://directory:636"),
    acts.policies_loaded(NOON, "p1", 12),
    acts.key_created(NOON, "k1", "grant"),
    acts.clock_jumped(NOON, NOON),
    acts.searched(NOON, subject="s", person="auditor", query={"person": "novak"}, found=3),
    acts.verified(NOON, subject="cli:root", whole=True, entries=3, finding="whole"),
]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.code)
def test_an_act_says_everything_its_sentence_asks_for(act: Entry, language: Language) -> None:
    assert NOTHING not in sentence(act, language)
    assert parse(canonical(Recorded(0, NOON, act))).entry == act


def test_policies_that_were_refused_are_a_failure_with_its_cause() -> None:
    refused = acts.policies_refused(NOON, "line 3:\n\x1bunexpected")
    assert (refused.code, refused.outcome) == (Code.POLICIES_LOADED, Outcome.FAILURE)
    assert refused.details["cause"] == r"line 3:\u{a}\u{1b}unexpected"


def test_a_damaged_log_is_a_failure() -> None:
    found = acts.verified(NOON, subject="s", whole=False, entries=3, finding="entry 2: edited")
    assert found.outcome is Outcome.FAILURE
