"""What must never be is asked with everything that would help, and of everybody whom the class does not leave out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from config.vocabulary import Action, ApplicationId, Language, MunicipalityCode, NetworkName, Role, SubjectId
from policies.cases import LEVELS, MONDAY_AT_TEN
from policies.model import NOTHING_FURTHER, Device, Facts, Route
from policies.never import (
    PRAGUE,
    SOMEBODY_ELSE,
    STATES,
    SUNDAY_AT_THREE,
    TOKENS,
    Counterexample,
    Never,
    Told,
    circumstances_of,
    leaves_parts_open,
    persons,
    question,
    told_apart,
)
from policies.parts import ANOTHER
from tests.policies.world import HONETICE, HULIN

EVERYTHING = Told(level=True, device=True, time=True, else_known=True, part=True)
NOTHING = Told(level=False, device=False, time=False, else_known=False)
RECORDS = ApplicationId("records")


def never(**said: object) -> Never:
    return Never(name="n", title_cs="nikdy", title_en="never", **said)  # type: ignore[arg-type]


def example(**said: object) -> Counterexample:
    usual: dict[str, object] = {
        "roles": (Role.CLERK,), "own": "", "application": RECORDS, "action": Action.SIGN,
        "level": "two-factors", "device": "in-order", "at": MONDAY_AT_TEN, "helped": True,
    }  # fmt: skip
    return Counterexample(**{**usual, **said})  # type: ignore[arg-type]


def test_each_role_and_nobodys_is_asked_and_pairs_only_where_they_are_wanted() -> None:
    assert list(persons(never())) == [(), *((one,) for one in Role)]
    assert list(persons(never(roles=(Role.CLERK,)))) == [(Role.CLERK,)]
    pairs = list(persons(never(roles=(Role.CLERK,), and_another=True)))
    assert pairs == [(Role.CLERK,), *((Role.CLERK, other) for other in Role if other is not Role.CLERK)]
    everybody = [frozenset(held) for held in persons(never(and_another=True))]
    assert len(everybody) == len(set(everybody))
    assert len(everybody) == 1 + len(Role) + len(Role) * (len(Role) - 1) // 2
    but = list(persons(never(roles_but=(Role.CLERK,), and_another=True)))
    assert () in but
    assert not any(Role.CLERK in held for held in but)


def test_all_that_can_be_told_apart_is_asked_and_of_the_rest_the_last() -> None:
    asked = list(circumstances_of(never(), EVERYTHING))
    assert len(asked) == len(set(asked)) == 3 * len(STATES) * 2 * 2
    assert {(one.at, one.helped) for one in asked} == {
        (at, helped) for at in (SUNDAY_AT_THREE, MONDAY_AT_TEN) for helped in (False, True)
    }
    (alone,) = circumstances_of(never(), NOTHING)
    assert (alone.level, alone.device) == ("phishing-resistant", "in-order")
    assert (alone.at, alone.helped) == (MONDAY_AT_TEN, False)


def test_a_class_is_narrowed_to_what_it_names() -> None:
    def each(of: Never, name: str) -> set[object]:
        return {getattr(one, name) for one in circumstances_of(of, EVERYTHING)}

    assert each(never(levels=("password",)), "level") == {"password"}
    assert each(never(below="phishing-resistant"), "level") == {"password", "two-factors"}
    assert each(never(devices=("stale", "unmanaged")), "device") == {"stale", "unmanaged"}
    assert each(never(without=("device",), devices=("stale",)), "device") == {"unknown"}
    owned = Facts(device=Device(managed=True, fresh=True))
    assert each(never(facts=owned), "device") == {"unknown"}  # it is the one of the facts


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({}, {"Sun 29 03:00", "Mon 23 10:00"}),
        ({"hours": (5, 22)}, {"Mon 23 05:00", "Mon 23 22:00", "Sun 29 05:00", "Sun 29 22:00"}),
        ({"days": (2, 6)}, {"Tue 24 03:00", "Tue 24 10:00", "Sat 28 03:00", "Sat 28 10:00"}),
        ({"days": (3,), "hours": (0,)}, {"Wed 25 00:00"}),
    ],
)
def test_hours_and_days_are_local_ones(said: dict[str, object], asked: set[str]) -> None:
    found = circumstances_of(never(**said), EVERYTHING)
    assert {f"{one.at.astimezone(PRAGUE):%a %d %H:%M}" for one in found} == asked


def test_what_policies_look_at_is_told_apart() -> None:
    nobody = frozenset[str]()
    assert told_apart(frozenset(), nobody) == NOTHING
    assert told_apart(frozenset({()}), nobody) == EVERYTHING
    assert told_apart(frozenset(), None) == Told(False, False, False, True)
    for path, expected in (
        (("sign_in",), "level"),
        (("sign_in", "level"), "level"),
        (("sign_in", "factors"), "level"),
        (("device", "managed"), "device"),
        (("time", "hour"), "time"),
        (("place", "country"), "else_known"),
        (("ticket",), "else_known"),
        (("route",), "part"),
        (("route", "id"), "part"),
    ):
        assert told_apart(frozenset({path}), nobody) == NOTHING._replace(**{expected: True}), path
    assert told_apart(frozenset({("sign_in", "age")}), nobody) == NOTHING
    assert told_apart(frozenset(), frozenset({"roles"})) == NOTHING
    for name in ("departments", "department", "activity_roles", "employed_since", "employed_until"):
        assert told_apart(frozenset(), frozenset({"roles", name})).else_known, name


def test_whoever_is_asked_about_has_just_signed_in_and_acts_where_it_is_said() -> None:
    asked = question(never(), example(roles=(Role.CLERK, Role.MAYOR)), HULIN, HONETICE)
    assert asked.roles == {(HONETICE, Role.CLERK), (HONETICE, Role.MAYOR)}
    assert (asked.own_municipality, asked.municipality) == (HONETICE, HULIN)
    assert (asked.application, asked.action) == (RECORDS, Action.SIGN)
    assert asked.now - asked.authenticated_at == timedelta(minutes=5)
    assert asked.factors == {"pwd", "otp"}
    program = SubjectId("technical:podatelna")
    assert question(never(subject=program), example(), HULIN, HULIN).subject == program


def test_where_everything_helps_it_all_holds_at_that_moment_and_for_that_application() -> None:
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    networks = frozenset({"office"})
    facts = question(never(), example(at=at), HULIN, HULIN, networks).facts
    assert facts.country == "CZ"
    assert facts.networks == {NetworkName("office")}
    assert facts.tunnel
    assert (facts.impossible_travel, facts.download) == (False, False)
    assert facts.idle is not None
    assert facts.idle < timedelta(minutes=1)
    emergency, ticket, delegation = facts.emergency, facts.ticket, facts.delegation
    requested, device = facts.requested, facts.device
    assert emergency is not None
    assert ticket is not None
    assert delegation is not None
    assert requested is not None
    assert device is not None
    assert timedelta(0) < at - emergency.asked_at < timedelta(minutes=5)
    assert len(emergency.justification.split()) > 2
    assert not emergency.reviewed_late
    assert ticket.approved
    assert ticket.sponsor_present
    assert ticket.sponsor == delegation.by == facts.author == SOMEBODY_ELSE
    assert facts.approved_by == frozenset({SOMEBODY_ELSE})
    assert emergency.application == ticket.application == requested.application == RECORDS
    for asked in (ticket, delegation, requested):
        assert asked.since < at < asked.until
    assert delegation.roles == frozenset(Role)
    assert requested.actions == set(Action)
    assert facts.employed_since is not None
    assert facts.employed_until is not None
    assert facts.employed_since < date(2026, 1, 1)  # a year ago
    assert facts.employed_until > date(2027, 10, 1)
    assert facts.department is not None
    assert facts.departments == frozenset({facts.department})


def test_a_device_in_order_is_so_in_everything_and_each_other_lacks_something() -> None:
    def device(state: str) -> Device | None:
        return question(never(), example(device=state, helped=False), HULIN, HULIN).facts.device

    whole = device("in-order")
    assert whole is not None
    assert whole.managed
    assert whole.fresh
    assert whole.disk_encrypted
    assert whole.firewall
    assert whole.updates_installed
    assert whole.screen_lock
    assert whole.reported_at == MONDAY_AT_TEN - timedelta(minutes=1)
    assert device("unknown") is None
    unmanaged, stale, unencrypted = device("unmanaged"), device("stale"), device("unencrypted")
    assert unmanaged == Device(managed=False, fresh=True)
    assert stale is not None
    assert (stale.managed, stale.fresh, stale.disk_encrypted) == (True, False, True)
    assert (stale.firewall, stale.updates_installed) == (True, True)
    assert unencrypted == Device(managed=True, fresh=True, disk_encrypted=False)


def test_what_the_class_says_is_known_stands_whatever_would_help_and_what_it_takes_away_does_not() -> None:
    own = SubjectId("urad:22222222-2222-4222-8222-222222222222")
    said = never(facts=Facts(country="DE", author=own), without=("ticket", "device", "networks"))
    for helped in (False, True):
        of = example(helped=helped, device="unknown")
        facts = question(said, of, HULIN, HULIN, frozenset({"office"})).facts
        assert (facts.country, facts.author) == ("DE", own)
        assert (facts.ticket, facts.device, facts.networks) == (None, None, frozenset())
        assert (facts.emergency is not None) is helped
    nothing = question(never(), example(helped=False, device="unknown"), HULIN, HULIN).facts
    assert nothing == NOTHING_FURTHER


def test_a_counterexample_is_told_in_words_of_both_languages() -> None:
    words = example(roles=(Role.CLERK, Role.AUDITOR), own="elsewhere").words()
    assert words[Language.ENGLISH].endswith(", Mon 10:00, all else known")
    assert "acting for another municipality" in words[Language.ENGLISH]
    assert " + " in words[Language.CZECH]
    plain = example(roles=(), own=str(MunicipalityCode("588296")), helped=False, at=SUNDAY_AT_THREE).words()
    assert plain[Language.CZECH].startswith("bez role, jedná za 588296, records: ")
    assert plain[Language.CZECH].endswith("přihlášení dvěma faktory, zařízení v pořádku, v neděli v 03:00")
    assert plain[Language.ENGLISH].endswith("sign-in two-factors, device in-order, Sun 03:00")
    titled = example().words({example().application: dict.fromkeys(Language, "Spisová služba")})
    assert all(", Spisová služba: " in titled[language] for language in Language)
    for language in Language:
        assert set(TOKENS[language]) in (set(), set(LEVELS) | set(STATES))
    assert "acting" not in example(own="").words()[Language.ENGLISH]


def test_a_part_is_asked_about_unless_the_class_says_which_or_none() -> None:
    seal, vault = Route(id="seal", path="/seal"), Route(id="vault", path="/vault")
    assert leaves_parts_open(never())
    assert question(never(), example(route=seal), HULIN, HULIN).facts.route == seal
    assert not leaves_parts_open(never(without=("route",)))
    of_one = never(facts=Facts(route=vault))
    assert not leaves_parts_open(of_one)
    assert question(of_one, example(), HULIN, HULIN).facts.route == vault


def test_a_counterexample_says_by_which_part() -> None:
    def told(**said: str) -> str:
        return example(route=replace(ANOTHER, **said)).words()[Language.CZECH].split(", ")[2]

    assert told(id="seal") == "část seal"
    assert told(id="seal", path="/sums") == "část seal (/sums)"
    assert told() == "jiná pojmenovaná část"
    assert told(path="/sums") == "jiná pojmenovaná část (/sums)"
    assert "part" not in example().words()[Language.ENGLISH]
