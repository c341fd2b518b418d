from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import PUBLIC, Action, AuthenticationLevel, Language
from gateway.audit.access import Damaged, Line, access_entry, damage_entry
from gateway.audit.acts import data_plane_died, process_hung, sign_in_refused
from gateway.audit.configuration_acts import policies_loaded
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.fields import FACTS
from gateway.audit.reading_acts import searched, verified, verifying
from gateway.tunnel_sessions import records
from gateway.tunnel_sessions.opened import Opened
from gateway.tunnels.permits import Target, Transport
from gateway.tunnels.refusals import Refused
from gateway.web.officer.details import ACTIONS, LEVELS, WORDS, action_title, details_of
from gateway.web.officer.labels import IN_PLACE_OF, LABELS
from idp.events import Origin
from tests.gateway.audit.making import details
from tests.gateway.web.people import MUNICIPALITIES, NOW
from tests.rig.tunnel_world import FILES

CS, EN = Language.CZECH, Language.ENGLISH


def told(language: Language, **further: object) -> dict[str, tuple[str, str]]:
    entry = Entry(code=Code.ACCESS, outcome=Outcome.SUCCESS, at=NOW, details=further)
    named = lambda code: MUNICIPALITIES.get(code, code)  # noqa: E731
    return {one.key: (one.shown, one.kept) for one in details_of(entry, language, named)}


@pytest.mark.parametrize(
    ("key", "kept", "czech", "english"),
    [
        ("acr", "urn:brana:acr:two-factors", "dva faktory", "two factors"),
        ("amr", ["pwd", "otp"], "heslo, jednorázový kód", "password, one-time code"),
        ("roles", ["588491:clerk", "588296:auditor"], "Hulín: referent, Kroměříž: auditor", None),
        ("standing_in", ["588491:clerk:novak.jan"], "Hulín: referent (novak.jan)", None),
        ("granted_actions", ["read", "sign"], "čtení, podepsání", "reading, signing"),
        (
            "granted_routes",
            ["read@reports /records/reports", "sign@books", "read"],
            "čtení (reports: /records/reports), podepsání (books), read",
            "reading (reports: /records/reports), signing (books), read",
        ),
        ("flags", "UAEX", "zadržen rozhodnutím o přístupu", "held back by the access decision"),
        ("from", "588491", "Hulín", "Hulín"),
        ("form", "entry", "jeden záznam", "one entry"),
    ],
)
def test_known_values_are_words_with_what_is_kept_beside_them(key, kept, czech, english):
    beside = ", ".join(kept) if isinstance(kept, list) else kept
    assert told(CS, **{key: kept}) == {key: (czech, beside)}
    if english is not None:
        assert told(EN, **{key: kept}) == {key: (english, beside)}


def test_amounts_have_their_unit_and_numbers_that_are_names_stay_as_they_are():
    assert told(CS, bytes_out=12345, duration_ms=7, status=403) == {
        "bytes_out": ("12\u00a0345\u00a0B", ""),
        "duration_ms": ("7\u00a0ms", ""),
        "status": ("403", ""),
    }
    assert told(EN, bytes_out=12345)["bytes_out"] == ("12,345\u00a0B", "")


def test_a_truth_is_yes_or_no_and_zero_is_a_number():
    assert told(CS, fresh=False, bytes_in=0) == {"fresh": ("ne", ""), "bytes_in": ("0\u00a0B", "")}
    assert told(EN, fresh=True)["fresh"] == ("yes", "")


def test_a_moment_is_told_in_prague():
    assert told(CS, expires="2026-11-23T08:46:07+00:00")["expires"] == ("23. 11. 2026 9:46:07 SEČ", "")


def test_what_says_nothing_is_left_out():
    assert told(CS, generation="", flags="-", amr=[]) == {}


def test_what_is_not_known_is_shown_as_it_is():
    assert told(
        CS, acr="urn:other", roles=["588491:wizard", "clerk"], flags="-,XYZ", made_up="x", until="soon"
    ) == {
        "acr": ("urn:other", ""),
        "flags": ("-, XYZ", "-,XYZ"),
        "roles": ("588491:wizard, clerk", ""),
        "made_up": ("x", ""),
        "until": ("soon", ""),
    }


@given(details, st.sampled_from(Language))
def test_any_details_can_be_shown(further, language):
    shown = told(language, **further)
    told_apart = {key for key, value in further.items() if value not in ("", "-", []) and key != FACTS}
    assert set(shown) - {IN_PLACE_OF} == told_apart


def test_every_label_and_word_is_there_in_both_languages():
    titles = [
        *LABELS.values(),
        *ACTIONS.values(),
        *(title for words in WORDS.values() for title in words.values()),
    ]
    assert all(title.cs and title.en for title in titles)
    assert (set(ACTIONS), set(LEVELS)) == ({*Action, PUBLIC}, set(AuthenticationLevel))
    assert action_title("odd", CS) == "odd"


def test_every_detail_of_what_the_gateway_records_has_a_label():
    before = policies_loaded(NOW, "1", digest="d", policies=1, files={"region/a": "1" * 64}, before=None)
    recorded = [
        before,
        policies_loaded(NOW, "2", digest="d", policies=1, files={"region/b": "1" * 64}, before=before),
        data_plane_died(NOW, 7, -9),
        process_hung(NOW, "control plane", 7, 30),
        sign_in_refused(NOW, "r", host="h", address="a", request_id="r", user_agent="u", left_out=3),
        searched(NOW, subject="s", person="p", query={}, found=0),
        verified(verifying(NOW, subject="s"), NOW, whole=True, entries=1, finding="whole"),
        access_entry(Line(time=NOW), {}),
        damage_entry(Damaged("why", 1, "d", "h"), "file", 0, NOW),
    ]
    assert {key for entry in recorded for key in entry.details} - set(LABELS) == set()


def test_every_detail_of_what_passed_through_a_tunnel_has_a_label_and_is_told_in_words():
    tunnel = {"id": "t", "device": "d", "key": "k", "session": "s", "login": "l", "subject": "u"}
    one = Opened(
        **tunnel,
        addresses=frozenset({ip_address("10.90.0.2")}),
        municipality=FILES.municipality,
        address="192.0.2.7",
        at=NOW,
        until=NOW,
    )
    place = Target(ip_address("10.1.0.5"), Transport.TCP, 445)
    target, origin = FILES, Origin(address="192.0.2.7", request_id="r")
    counted = {"source_port": 50123, "began": NOW.isoformat(), "duration_ms": 1}
    counted |= {"bytes_sent": 1, "bytes_received": 2}
    recorded = [
        records.opened(one, origin),
        records.moved(one, one, NOW, origin),
        records.two_places(one, "203.0.113.5", NOW),
        records.reached(one, target, "rule", "v", NOW, None, NOW),
        records.tried_by_one_of([one, one], Refused(*one.addresses, place, left_out=3), target, NOW, NOW),
        records.connection(one, Code.TUNNEL_DISCONNECTED, place, target, NOW, **counted),
    ]
    assert {key for entry in recorded for key in entry.details} - set(LABELS) == set()
    shown = told(CS, **recorded[-1].details)
    assert (shown["source_port"], shown["bytes_received"]) == (("50123", ""), ("2\u00a0B", ""))
    assert "SEČ" in shown["began"][0]
    assert "SEČ" in told(CS, **recorded[-2].details)["since"][0]


def test_what_hung_is_told_in_words_with_its_unit():
    shown = told(CS, part="control plane", process=4711, silent_seconds=30)
    assert shown["part"] == ("Řídicí proces", "control plane")
    assert (shown["silent_seconds"], shown["process"]) == (("30\u00a0s", ""), ("4711", ""))


def test_a_decision_that_rested_on_a_delegation_says_whose_role_was_lent():
    facts = '{"delegation":{"by":"kromeriz:7bedf08e","roles":["mayor"]}}'
    assert told(CS, facts=facts)["in_place_of"] == ("starosta", "kromeriz:7bedf08e")
    assert "in_place_of" not in told(CS, facts='{"departments":["Vedení obce"]}')
    assert "in_place_of" not in told(CS, facts='{"delegation":"of another version"}')
