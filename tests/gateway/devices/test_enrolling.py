"""A device becomes known by a code that is good, once, and a key that it shows to have."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.protocol.messages import Begin, Standing
from config.vocabulary import DeviceId, MunicipalityCode, SubjectId
from gateway.devices.authority import new_authority
from gateway.devices.code import CHALLENGE_LIFETIME, Code, new_code, plain
from gateway.devices.enrolling import NotEnrolled, Refusal, Terms, begin, complete, read_proof
from idp.events import Actor
from tests.gateway.devices.agent import NO_TUNNEL_KEYS, NOW, Agent, new_key

NONCE, NEXT = "n" * 22, "m" * 22
ID = DeviceId("d" * 22)
OWNER = SubjectId("office:00000000-0000-4000-8000-000000000001")
TERMS = Terms(certificate=timedelta(days=7), approval=False)
AUTHORITY = new_authority(new_key(), "brana.example", NOW)
CODE = Code(
    municipality=MunicipalityCode("588491"),
    owner=OWNER,
    managed=False,
    asset=None,
    name=None,
    issued_by=Actor("novak.jan", OWNER),
    issued_at=NOW,
    expires_at=NOW + timedelta(minutes=10),
)
AGENT = Agent()


def begun(code: Code = CODE, agent: Agent = AGENT, at=NOW) -> Code:
    return begin(Begin(code="ABCDE", key=agent.public), code, NONCE, at)


def completed(code: Code | None, agent: Agent = AGENT, at=NOW, terms=TERMS, nonce=NONCE, **further):
    proof = read_proof(agent.proof(nonce, **further))
    return complete(proof, code, AUTHORITY, terms, (ID, NEXT), at)


def refused(refusal: Refusal, act) -> None:
    with pytest.raises(NotEnrolled) as error:
        act()
    assert error.value.refusal is refusal


def test_a_person_enrols_a_device_of_ones_own():
    done = completed(begun())
    device = done.device
    assert (device.id, device.owner, device.municipality) == (ID, OWNER, CODE.municipality)
    assert (device.standing, device.managed, device.name) == (Standing.ACTIVE, False, "notebook")
    assert device.key == AGENT.public
    assert device.nonce == NEXT
    assert done.issued is not None
    assert device.leaf == done.issued.leaf
    assert device.leaf.ends_at == NOW + TERMS.certificate


def test_the_code_is_spent():
    done = completed(begun())
    assert done.code.used_at == NOW
    refused(Refusal.CODE, lambda: completed(done.code))
    refused(Refusal.CODE, lambda: begun(done.code))


def test_the_first_message_spends_nothing():
    assert begun().used_at is None
    assert completed(begun(begun())).device.id == ID


def test_where_an_administrator_has_to_approve_no_certificate_is_given_yet():
    waiting = completed(begun(), terms=replace(TERMS, approval=True))
    assert waiting.device.standing is Standing.WAITING
    assert waiting.device.leaf is None
    assert waiting.issued is None


def test_what_the_office_has_registered_before_waits_for_nobody():
    registered = replace(CODE, managed=True, owner=None, asset="PF3XK1", name="Podatelna 2")
    done = completed(begun(registered), terms=replace(TERMS, approval=True))
    assert (done.device.standing, done.device.managed) == (Standing.ACTIVE, True)
    assert (done.device.name, done.device.asset, done.device.owner) == ("Podatelna 2", "PF3XK1", None)


@pytest.mark.parametrize(
    ("managed", "asset"), [(False, None), (False, "PF3XK1"), (True, None), (True, "PF3XK1")]
)
def test_only_what_is_managed_waits_for_nobody_whatever_its_serial_number(managed, asset):
    code = replace(CODE, managed=managed, asset=asset)
    done = completed(begun(code), terms=replace(TERMS, approval=True), asset=asset)
    assert (done.device.standing is Standing.ACTIVE, done.issued is not None) == (managed, managed)


@pytest.mark.parametrize("asset", ["PF3XK2", None, "pf3xk1"])
def test_another_machine_than_the_registered_one_is_refused(asset):
    registered = replace(CODE, managed=True, asset="PF3XK1")
    refused(Refusal.ASSET, lambda: completed(begun(registered), asset=asset))


@pytest.mark.parametrize("key", NO_TUNNEL_KEYS)
def test_a_tunnel_key_that_is_none_enrols_nothing(key):
    refused(Refusal.TUNNEL_KEY, lambda: completed(begun(), tunnel_key=key))


def test_a_code_serves_from_its_issue_until_it_expires():
    last = CODE.expires_at - timedelta(microseconds=1)
    assert completed(begun(at=last), at=last).device.enrolled_at == last
    for at in (CODE.issued_at - timedelta(microseconds=1), CODE.expires_at):
        refused(Refusal.CODE, lambda at=at: begun(at=at))
        refused(Refusal.CODE, lambda at=at: completed(begun(), at=at))


def test_nobody_enrols_without_a_code():
    refused(Refusal.CODE, lambda: begin(Begin(code="ABCDE", key=AGENT.public), None, NONCE, NOW))
    refused(Refusal.CODE, lambda: completed(None))


def test_a_challenge_is_for_the_key_that_asked():
    refused(Refusal.CHALLENGE, lambda: completed(begun(), agent=Agent()))


def test_a_challenge_serves_for_two_minutes_and_the_newest_alone():
    refused(Refusal.CHALLENGE, lambda: completed(begun(), at=NOW + CHALLENGE_LIFETIME))
    refused(Refusal.CHALLENGE, lambda: completed(begun(), nonce="another nonce of ours"))
    refused(Refusal.CHALLENGE, lambda: completed(CODE))


def test_a_challenge_ends_with_its_code():
    late = CODE.expires_at - timedelta(seconds=1)
    assert begun(at=late).challenge.expires_at == CODE.expires_at


def test_who_does_not_have_the_key_proves_nothing():
    thief = Agent()
    forged = thief.proof(NONCE, key=AGENT.public)
    for token in (forged, "junk", AGENT.proof(NONCE, key=b"junk"), AGENT.report(NONCE, 1)):
        refused(Refusal.PROOF, lambda said=token: read_proof(said))


def test_a_proof_by_another_key_than_the_challenge_is_for_meets_none():
    victim, thief = Agent(), Agent()
    proof = read_proof(thief.proof(NONCE))
    victims = begun(agent=victim)
    refused(Refusal.CHALLENGE, lambda: complete(proof, victims, AUTHORITY, TERMS, (ID, NEXT), NOW))


def test_a_key_that_is_none_is_refused_at_once():
    refused(Refusal.KEY, lambda: begin(Begin(code="ABCDE", key=b"junk"), CODE, NONCE, NOW))


def test_without_a_request_for_a_certificate_the_code_is_not_spent():
    refused(Refusal.KEY, lambda: completed(begun(), request=b"junk"))
    refused(Refusal.KEY, lambda: completed(begun(), terms=replace(TERMS, approval=True), request=b"junk"))


def test_names_that_an_agent_says_are_harmless_to_who_reads_them():
    done = completed(begun(), name="note\u202ebook", asset="PF\x1b[2J")
    assert all(text.isprintable() for text in (done.device.name, done.device.asset))


def test_a_code_is_the_same_however_it_is_written_and_no_two_are_drawn_alike():
    assert len({new_code() for _ in range(500)}) == 500
    code = new_code()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert plain(code) == plain(code.lower().replace("-", " ").replace("0", "o").replace("1", "l"))
