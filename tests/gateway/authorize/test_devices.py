"""From which device a request comes, what decisions are told of it, and when nobody goes on in it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import KeyKind, Standing
from config.vocabulary import NO_DEVICE, Action, ApplicationId, DeviceId, Language, SubjectId, device_subject
from gateway.authorize.act import Act, may_act
from gateway.authorize.catalogue import openable
from gateway.authorize.check import check
from gateway.authorize.devices import Devices
from gateway.authorize.refusals import WORDS
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted, Refused, Verdict
from gateway.devices.device import Device, Leaf
from gateway.sessions.session import Session
from idp.events import Actor
from policies.load import load
from policies.model import Permitted
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, NOW, RECORDS
from tests.gateway.devices.agent import IN_ORDER
from tests.rig.devices import SERVER, Certified, authority_of_devices, certified, certified_otherwise

OURS, ANOTHERS = authority_of_devices(now=NOW), authority_of_devices(now=NOW)
NOTEBOOK, OTHER = DeviceId("n" * 22), DeviceId("o" * 22)
FRESH = timedelta(minutes=15)
LIBRARY = Path(load.__code__.co_filename).parent / "library"
SHOWN = certified(OURS, NOTEBOOK, now=NOW)


class Remembered:
    """The memory of devices that a test fills by hand."""

    def __init__(self, *devices: Device) -> None:
        self.devices = {one.id: one for one in devices}

    def by_id(self, name: DeviceId) -> Device | None:
        return self.devices.get(name)

    def by_thumbprint(self, thumbprint: str) -> Device | None:
        found = [
            one for one in self.devices.values() if thumbprint in {leaf.thumbprint for leaf in one.leaves}
        ]
        return found[0] if found else None


def leaf_of(shows: Certified, ends: datetime = NOW + timedelta(hours=1)) -> Leaf:
    return Leaf(serial=shows.leaf.serial_number, thumbprint=shows.thumbprint, ends_at=ends)


def notebook(**said: object) -> Device:
    usual = Device(
        id=NOTEBOOK,
        name="notebook",
        municipality=HULIN,
        owner=None,
        asset="PF3XK1",
        managed=True,
        key=b"",
        key_kind=KeyKind.SOFTWARE,
        agent="1.0",
        standing=Standing.ACTIVE,
        enrolled_at=NOW - timedelta(days=1),
        enrolled_by=Actor("admin", SubjectId("urad:admin")),
        leaf=leaf_of(SHOWN),
        nonce="",
        reported_at=NOW - timedelta(minutes=1),
        facts=IN_ORDER,
        generation=4,
    )
    return replace(usual, **said)


def knowing(snapshot: Snapshot, *devices: Device) -> Snapshot:
    known = Remembered(*devices)
    here = Devices(known=known, authorities=lambda: [OURS.certificate], fresh=FRESH)
    return replace(snapshot, devices=here)


@pytest.fixture
def in_order(snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    """Records are for devices in order alone."""
    return knowing(with_library(snapshot, tmp_path, "device-posture"), notebook())


def with_library(snapshot: Snapshot, folder: Path, *names: str) -> Snapshot:
    rules = [LIBRARY / f"{name}.cedar" for name in names]
    for file in [*(EXAMPLES / "policies" / "region").glob("*.cedar"), *rules]:
        (folder / file.name).write_text(file.read_text("utf-8"), "utf-8")
    book = load(folder, EXAMPLES / "policies" / "municipalities", snapshot.district)
    return replace(snapshot, policies=book)


def by(request: AccessRequest, shows: Certified | None) -> AccessRequest:
    return replace(request, certificate=quote(shows.chain) if shows else "")


def decide(
    request: AccessRequest, session: Session, snapshot: Snapshot, shows: Certified | None, now: datetime = NOW
) -> Verdict:
    return check(by(request, shows), session, snapshot, now, "g1")


def refused(verdict: Verdict) -> Refused:
    assert isinstance(verdict, Refused)
    return verdict


def granted(verdict: Verdict) -> Granted:
    assert isinstance(verdict, Granted)
    return verdict


def test_a_device_in_order_opens_what_needs_one_and_the_grant_is_bound_to_its_certificate(
    request_: AccessRequest, session: Session, in_order: Snapshot
) -> None:
    verdict = granted(decide(request_, session, in_order, SHOWN))
    assert verdict.device == NOTEBOOK
    bound = verdict.grant.bound
    assert bound is not None
    assert (bound.revocation_id, bound.thumbprint) == (f"~{NOTEBOOK}.4", SHOWN.thumbprint)
    assert verdict.question is not None
    assert verdict.question.facts.device is not None
    assert verdict.question.facts.device.managed


def test_without_a_certificate_there_is_no_device_and_what_needs_one_stays_shut(
    request_: AccessRequest, session: Session, snapshot: Snapshot, in_order: Snapshot
) -> None:
    belonging = replace(session, enrolled=NOTEBOOK)
    for who in (session, belonging):
        verdict = refused(decide(request_, who, in_order, None))
        assert (verdict.reason, verdict.device) == ("device_not_in_order", NO_DEVICE)
    without = granted(decide(request_, belonging, knowing(snapshot, notebook()), None))
    assert (without.grant.bound, without.device) == (None, NO_DEVICE)


def test_whoever_shows_a_device_has_every_grant_bound_to_it(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    """Also where no rule asks for a device: nobody has to know which facts a verdict rests on."""
    assert granted(decide(request_, session, knowing(snapshot, notebook()), SHOWN)).grant.bound is not None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"facts": IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk")}}, "device_not_in_order"),
        ({"reported_at": NOW - FRESH}, "device_not_in_order"),
        ({"reported_at": None}, "device_not_in_order"),
        ({"reported_at": NOW + timedelta(seconds=1)}, "device_not_in_order"),
        ({"managed": False}, "device_not_in_order"),
        ({"standing": Standing.BLOCKED}, "device_blocked"),
        ({"standing": Standing.WAITING}, "device_waiting"),
        ({"standing": Standing.RETIRED, "leaf": None}, "device_retired"),
        ({"standing": Standing.LOST, "leaf": None}, "device_lost"),
        ({"standing": Standing.LOST}, "device_lost"),
        ({"leaf": None}, "device_certificate_revoked"),
        ({"leaf": leaf_of(certified(OURS, NOTEBOOK, now=NOW))}, "device_certificate_revoked"),
        ({"leaf": leaf_of(SHOWN, NOW - timedelta(seconds=1))}, "device_certificate_expired"),
    ],
)
def test_a_device_that_is_not_as_it_has_to_be_opens_nothing(
    request_: AccessRequest, session: Session, in_order: Snapshot, change: dict[str, object], reason: str
) -> None:
    worse = knowing(in_order, notebook(**change))
    assert refused(decide(request_, session, worse, SHOWN)).reason == reason


def test_the_certificate_before_the_newest_is_good_to_its_own_end(
    request_: AccessRequest, session: Session, in_order: Snapshot
) -> None:
    """The answer with the newest may have been lost on its way."""
    ends = NOW + timedelta(seconds=90)
    newer = notebook(leaf=leaf_of(certified(OURS, NOTEBOOK, now=NOW)), former=leaf_of(SHOWN, ends))
    verdict = granted(decide(request_, session, knowing(in_order, newer), SHOWN))
    assert verdict.grant.assertion.expires_at == ends


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: certified(ANOTHERS, NOTEBOOK, now=NOW), "device_certificate_of_another_authority"),
        (
            lambda: certified_otherwise(OURS, NOTEBOOK, SERVER, now=NOW),
            "device_certificate_of_another_purpose",
        ),
        (lambda: certified(OURS, OTHER, now=NOW), "device_certificate_revoked"),
    ],
)
def test_a_certificate_that_is_not_the_devices_own_is_refused_by_its_reason(
    request_: AccessRequest,
    session: Session,
    snapshot: Snapshot,
    made: Callable[[], Certified],
    reason: str,
) -> None:
    """Also where no rule asks for a device: what was shown is no mistake of nobody."""
    verdict = refused(decide(request_, session, knowing(snapshot, notebook()), made()))
    assert verdict.reason == reason
    assert verdict.title, verdict.advice == WORDS[reason]


def test_no_certificate_means_anything_where_none_is_asked_for(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    verdict = granted(decide(request_, session, snapshot, certified(ANOTHERS, NOTEBOOK, now=NOW)))
    assert verdict.grant.bound is None


def test_a_sign_in_that_was_carried_to_another_device_opens_nothing_there(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    known = knowing(snapshot, notebook())
    elsewhere = replace(session, enrolled=OTHER)
    assert refused(decide(request_, elsewhere, known, SHOWN)).reason == "session_of_another_device"
    assert granted(decide(request_, replace(session, enrolled=NOTEBOOK), known, SHOWN))


@pytest.mark.parametrize("shows", [SHOWN, None], ids=["shown", "hidden"])
def test_a_session_ends_with_the_use_of_its_device_even_where_no_certificate_is_shown(
    request_: AccessRequest, session: Session, snapshot: Snapshot, shows: Certified | None
) -> None:
    belonging = replace(session, enrolled=NOTEBOOK)
    for standing, reason in ((Standing.BLOCKED, "device_blocked"), (Standing.LOST, "device_lost")):
        known = knowing(snapshot, notebook(standing=standing))
        assert refused(decide(request_, belonging, known, shows)).reason == reason
        act = Act(application=ApplicationId("portal"), action=Action.READ)
        done = may_act(act, belonging, known, request_.address, NOW)
        assert not isinstance(done, Permitted)
        assert done.reason == reason


def test_an_officer_suspends_an_enrolled_device_as_any(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    barring = replace(knowing(snapshot, notebook()), suspended=lambda who, _: who == device_subject(NOTEBOOK))
    assert refused(decide(request_, session, barring, SHOWN)).reason == "device_suspended"
    belonging = replace(session, enrolled=NOTEBOOK)
    assert refused(decide(request_, belonging, barring, None)).reason == "device_suspended"
    assert granted(decide(request_, session, barring, None))


def test_a_grant_ends_when_the_report_becomes_too_old_and_with_the_certificate(
    request_: AccessRequest, session: Session, in_order: Snapshot
) -> None:
    reported = NOW - FRESH + timedelta(seconds=40)
    soon = knowing(in_order, notebook(reported_at=reported))
    assert granted(decide(request_, session, soon, SHOWN)).grant.assertion.expires_at == reported + FRESH
    ends = NOW + timedelta(seconds=20)
    over = knowing(in_order, notebook(leaf=leaf_of(SHOWN, ends)))
    assert granted(decide(request_, session, over, SHOWN)).grant.assertion.expires_at == ends


def test_a_grant_ends_at_the_age_of_the_report_that_a_rule_names(
    request_: AccessRequest, session: Session, snapshot: Snapshot, tmp_path: Path
) -> None:
    known = knowing(with_library(snapshot, tmp_path, "device-age"), notebook())
    limit = timedelta(minutes=10)
    lately = knowing(known, notebook(reported_at=NOW - limit + timedelta(seconds=30)))
    ends = granted(decide(request_, session, lately, SHOWN)).grant.assertion.expires_at
    assert NOW + timedelta(seconds=29) <= ends <= NOW + timedelta(seconds=31)
    silent = knowing(known, notebook(reported_at=NOW - limit - timedelta(seconds=2)))
    assert refused(decide(request_, session, silent, SHOWN)).reason == "device_silent"


def test_a_stream_is_judged_by_the_thumbprint_of_its_connection(
    request_: AccessRequest, session: Session, in_order: Snapshot
) -> None:
    """Envoy tells no more of it, and a certificate that is not known to us has no other use."""
    stream = replace(request_, thumbprint=SHOWN.thumbprint)
    assert granted(check(stream, session, in_order, NOW, "")).device == NOTEBOOK
    unknown = replace(request_, thumbprint="0" * 64)
    assert refused(check(unknown, session, in_order, NOW, "")).reason == "device_certificate_revoked"


def test_cards_and_our_own_pages_go_by_the_device_that_was_shown(
    session: Session, in_order: Snapshot, request_: AccessRequest
) -> None:
    here = replace(session, enrolled=NOTEBOOK)
    assert RECORDS in openable(here, in_order, request_.address, NOW)
    assert RECORDS not in openable(session, in_order, request_.address, NOW)
    portal = replace(request_, application=ApplicationId("portal"))
    told = granted(decide(portal, session, in_order, SHOWN)).grant.assertion
    assert told.device == NOTEBOOK
    assert granted(decide(request_, session, in_order, SHOWN)).grant.assertion.device == NO_DEVICE


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"facts": IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk")}}, ["disk_encrypted"]),
        ({"facts": {one: IN_ORDER[one] for one in IN_ORDER if one is not FactName.UPDATES_INSTALLED}},
         ["updates_installed"]),
        ({"reported_at": NOW - FRESH}, ["fresh"]),
        ({"managed": False, "facts": {}}, ["managed", "disk_encrypted", "updates_installed"]),
        ({"facts": IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk"), FactName.FIREWALL: Fact(False, "nft")}},
         ["disk_encrypted"]),
    ],
)  # fmt: skip
def test_a_refusal_tells_which_checks_of_the_rule_fail_and_how_to_mend_them(
    request_: AccessRequest, session: Session, in_order: Snapshot, change: dict[str, object], told: list[str]
) -> None:
    """And none that the rule does not read."""
    verdict = refused(decide(request_, session, knowing(in_order, notebook(**change)), SHOWN))
    assert [one.check for one in verdict.mend] == told
    assert all(one.title[language] and one.how[language] for one in verdict.mend for language in Language)


def test_a_refusal_for_want_of_a_device_tells_that_none_was_shown(
    request_: AccessRequest, session: Session, in_order: Snapshot
) -> None:
    verdict = refused(decide(request_, session, in_order, None))
    assert [one.check for one in verdict.mend] == ["certificate"]
    other = refused(decide(replace(request_, application=ApplicationId("budget")), session, in_order, SHOWN))
    assert other.mend == ()


def test_how_to_mend_is_told_for_the_system_of_the_device(
    request_: AccessRequest, session: Session, in_order: Snapshot
) -> None:
    worse = IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk")}
    (told,) = refused(decide(request_, session, knowing(in_order, notebook(facts=worse)), SHOWN)).mend
    assert "LUKS" in told.how[Language.CZECH]
    assert told.title[Language.CZECH] == "Šifrování disku"
