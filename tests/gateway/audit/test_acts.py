import pytest

from config.vocabulary import Language
from gateway.audit import acts
from gateway.audit.canonical import Recorded, canonical, parse
from gateway.audit.configuration_acts import policies_loaded
from gateway.audit.entry import Entry, Outcome
from gateway.audit.reading_acts import looked, searched, verification_not_finished, verified, verifying
from gateway.audit.titles import NOTHING, sentence
from tests.gateway.audit.making import NOON

ACTS = [
    acts.started(NOON, "0.1.0", "p1"),
    acts.stopped(NOON, "SIGTERM"),
    acts.data_plane_started(NOON, 7),
    acts.data_plane_died(NOON, 7, -9),
    acts.process_hung(NOON, "control plane", 7, 30),
    acts.directory_unreachable(NOON, "urad", "ldaps://directory:636", "refused"),
    acts.directory_misconfigured(NOON, "urad", "ldaps://directory:636", "the service account is refused"),
    looked(NOON, subject="cli:brana (jana)", command="user show", of="novak", found=1),
    acts.directory_recovered(NOON, "urad", "ldaps://directory:636"),
    policies_loaded(NOON, "p1", digest="d1", policies=12, files={"region/a.cedar": "aa"}, before=None),
    acts.sign_in_refused(
        NOON, "attempt_lost", host="spis.cz", address="::1", request_id="r", user_agent="x", left_out=3
    ),
    acts.key_created(NOON, "k1", "grant"),
    acts.clock_jumped(NOON, NOON),
    searched(NOON, subject="s", person="auditor", query={"person": "novak"}, found=3),
    verified(verifying(NOON, subject="cli:root"), NOON, whole=True, entries=3, finding="whole"),
    verification_not_finished(verifying(NOON, subject="s"), NOON, "verification_too_long", ""),
]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.code)
def test_an_act_says_everything_its_sentence_asks_for(act: Entry, language: Language) -> None:
    assert NOTHING not in sentence(act, language)
    assert parse(canonical(Recorded(0, NOON, act))).entry == act


def loaded(version: str, before: Entry | None = None, **files: str) -> Entry:
    named = {f"{name.replace('__', '/')}.cedar": checksum for name, checksum in files.items()}
    return policies_loaded(NOON, version, digest="d", policies=3, files=named, before=before)


def test_a_new_version_of_the_policies_says_which_files_differ_from_the_last() -> None:
    first = loaded("p1", region__a="11", region__b="22", municipalities__588491="33")
    assert (first.details["previous"], first.details["region_files"], first.details["municipal_files"]) == (
        "none",
        2,
        1,
    )
    assert "changed" not in first.details
    second = loaded("p2", first, region__a="11", region__c="44", municipalities__588491="55")
    assert second.details["previous"] == "p1"
    assert second.details["changed"] == [
        "changed municipalities/588491.cedar",
        "removed region/b.cedar",
        "added region/c.cedar",
    ]


def test_what_a_stranger_said_at_a_refused_sign_in_is_made_harmless_and_short() -> None:
    entry = acts.sign_in_refused(
        NOON,
        "attempt_lost",
        host="h" * 5_000,
        address="::1\n",
        request_id="\x1b[2J",
        user_agent="\u202eevil" + "a" * 5_000,
    )
    assert entry.address == r"::1\u{a}"
    assert entry.request_id == r"\u{1b}[2J"
    assert str(entry.details["user_agent"]).startswith(r"\u{202e}evil")
    assert len(canonical(Recorded(0, NOON, entry))) < 1_000
    assert "left_out_before" not in entry.details


def test_a_damaged_log_is_a_failure() -> None:
    by = verifying(NOON, subject="s")
    found = verified(by, NOON, whole=False, entries=3, finding="entry 2: edited")
    assert found.outcome is Outcome.FAILURE
