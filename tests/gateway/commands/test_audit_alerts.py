"""`brana audit alerts` and `brana audit receivers`, as an operator types them."""

import asyncio
import json
from datetime import timedelta

import pytest

from gateway.audit.entry import Code, Entry, Outcome
from gateway.commands.state import existing_state, now
from gateway.forwarding.forwarder import NotTaken
from gateway.storage.audit import append
from gateway.storage.forwarding import StoredReceivers
from tests.gateway.commands.logs import entries
from tests.rig.installation import Installation

pytestmark = pytest.mark.real


def guesses(kept: Installation, number: int) -> None:
    found = [
        Entry(code=Code.SIGN_IN_PASSWORD_REFUSED, outcome=Outcome.REFUSED, at=now(), person="novak")
        for _ in range(number)
    ]
    state = existing_state(kept.configuration)
    try:
        asyncio.run(state.record(found))
    finally:
        state.database.close()


def test_a_rule_is_tried_over_the_stored_log_and_raises_nothing_by_that(kept: Installation) -> None:
    guesses(kept, 12)
    done = kept.brana("audit", "alerts", "--try", "failed_sign_ins", "--json")
    assert done.returncode == 0, done.stderr
    (told,) = map(json.loads, done.stdout.splitlines())
    assert (told["rule"], told["group"], told["number"], len(told["entries"])) == (
        "failed_sign_ins",
        "novak",
        10,
        10,
    )
    assert entries(kept, "--code", "alert.raised") == []
    text = kept.brana("audit", "alerts", "--try", "failed_sign_ins").stdout
    assert "failed_sign_ins novak: 10 (threshold 10); first entries" in text
    assert kept.brana("audit", "alerts").stderr == "no alert stands\n"
    asked = [one["entry"]["details"]["query"] for one in entries(kept, "--code", "audit.searched")]
    assert any("try=failed_sign_ins" in one for one in asked)


def test_a_rule_that_there_is_not_is_named_with_those_there_are(kept: Installation) -> None:
    done = kept.brana("audit", "alerts", "--try", "favourite")
    assert done.returncode == 1
    assert "there is no rule 'favourite'" in done.stderr
    assert "mass_download" in done.stderr


def test_where_no_receiver_is_configured_it_says_so(kept: Installation) -> None:
    done = kept.brana("audit", "receivers")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no receivers are configured" in done.stderr


def test_a_receiver_is_told_with_how_far_it_is_and_what_keeps_it(kept: Installation) -> None:
    with kept.configuration.open("a", encoding="utf-8") as file:
        file.write('\n[[audit.receivers]]\nname = "siem"\nkind = "syslog"\nhost = "siem.example"\n')
    assert "siem: not met yet" in kept.brana("audit", "receivers").stdout
    state = existing_state(kept.configuration)
    try:
        store = StoredReceivers(state.database, append, state.seal, state.log_known)
        asyncio.run(store.begin("siem", now(), from_beginning=True))
        trouble = NotTaken("receiver_unreachable", "no answer")
        asyncio.run(store.failed("siem", trouble, now(), timedelta(minutes=5)))
    finally:
        state.database.close()
    text = kept.brana("audit", "receivers").stdout
    assert "siem: waits for " in text
    assert "no answer [receiver_unreachable]" in text
    (told,) = map(json.loads, kept.brana("audit", "receivers", "--json").stdout.splitlines())
    assert (told["name"], told["configured"], told["following"]) == ("siem", True, 0)
    assert told["behind"] > 0
    assert not told["takes_again"]
    state = existing_state(kept.configuration)
    try:
        store = StoredReceivers(state.database, append, state.seal, state.log_known)
        asyncio.run(store.takes_again("siem"))
    finally:
        state.database.close()
    text = kept.brana("audit", "receivers").stdout
    assert "and takes entries again" in text
    assert "takes nothing" not in text
    (told,) = map(json.loads, kept.brana("audit", "receivers", "--json").stdout.splitlines())
    assert (told["takes_again"], told["reason"]) == (True, "")
    assert told["failing_since"]


def test_the_report_counts_no_receiver_that_takes_entries_again_as_one_that_takes_nothing(
    kept: Installation,
) -> None:
    with kept.configuration.open("a", encoding="utf-8") as file:
        file.write('\n[[audit.receivers]]\nname = "siem"\nkind = "syslog"\nhost = "siem.example"\n')
    state = existing_state(kept.configuration)
    try:
        store = StoredReceivers(state.database, append, state.seal, state.log_known)
        asyncio.run(store.begin("siem", now(), from_beginning=True))
        long_ago, trouble = now() - timedelta(hours=2), NotTaken("receiver_unreachable", "no answer")
        asyncio.run(store.failed("siem", trouble, long_ago, timedelta(minutes=5)))
        told = ("audit", "report", "--purpose", "kontrola", "--json")
        assert "záznamy čekají tady: siem" in kept.brana(*told).stdout
        asyncio.run(store.takes_again("siem"))
    finally:
        state.database.close()
    assert "záznamy čekají tady" not in kept.brana(*told).stdout
