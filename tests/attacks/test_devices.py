"""Devices with agents: whoever enrols or reports without right, again, for another one, or with what it should not."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import (
    BEGIN,
    COMPLETE,
    FAREWELL,
    REPORT,
    Begin,
    Challenge,
    Enrolled,
    Refusal,
    Report,
    Reported,
)
from agents.protocol.signing import Kind, signed, signing
from config.vocabulary import DeviceId, MunicipalityCode
from gateway.audit.entry import Code, Entry
from gateway.demo.people import CENTRE
from gateway.devices.authority import NotOurs, shown
from gateway.devices.known import Known
from gateway.devices.office import DeviceOffice, Wish
from gateway.devices.records import By
from gateway.devices.rules import Rules
from idp.events import Actor
from tests.gateway.devices.agent import IN_ORDER, Agent, new_key, request_of
from tests.rig.attacked import Ground

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
MINUTE = timedelta(minutes=1)
RULES = Rules(
    certificate=timedelta(days=1), approval=False, code=15 * MINUTE, report=5 * MINUTE, fresh=15 * MINUTE,
    by_people=False,
)  # fmt: skip
OPERATOR = By(actor=Actor("cli:tests", "cli:tests"))


@dataclass(frozen=True)
class Told:
    status: int
    body: bytes
    request_id: str

    def read(self, of):
        assert self.status == 200, self.body
        return msgspec.json.decode(self.body, type=of)


class Attacker:
    """Comes from an address of its own; what it says goes to the host of agents as it is."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.browser = ground, ground.browser()
        self.office = DeviceOffice(ground.state.devices, Known(), RULES, ground.state.record)

    async def say(self, path: str, body: bytes, kind: str = "application/jose", **headers: str) -> Told:
        url = f"{self.ground.product.addresses.origin('devices')}{path}"
        asked = {"Content-Type": kind, **headers}
        async with self.browser._http.post(url, data=body, headers=asked) as answer:
            assert answer.headers.getall("set-cookie", []) == []
            return Told(answer.status, await answer.read(), answer.headers["x-request-id"])

    async def code(self, asset: str | None = None, now: datetime | None = None) -> str:
        wish = Wish(municipality=MunicipalityCode(CENTRE), managed=True, asset=asset)
        return (await self.office.issue(wish, OPERATOR, now or datetime.now(UTC)))[0]

    async def begin(self, code: str, agent: Agent) -> Told:
        return await self.say(
            BEGIN, msgspec.json.encode(Begin(code=code, key=agent.public)), "application/json"
        )

    async def nonce(self, code: str, agent: Agent) -> str:
        return (await self.begin(code, agent)).read(Challenge).nonce

    async def enrolled(self, **further) -> tuple[Agent, str]:
        """A device, and the nonce of its first report."""
        agent, code = Agent(), await self.code()
        token = agent.proof(await self.nonce(code, agent), code, **({"tunnel_key": None} | further))
        done = (await self.say(COMPLETE, token.encode())).read(Enrolled)
        agent.device = done.device
        return agent, done.nonce

    async def refused(
        self, told: Told, reason: str, code: Code = Code.DEVICE_REPORT_REFUSED
    ) -> tuple[Refusal, Entry]:
        """It is told why in both languages, and both entries of the request say so."""
        assert told.status in (400, 403, 409, 429), told.body
        said = msgspec.json.decode(told.body, type=Refusal)
        assert (said.reason, bool(said.cs), bool(said.en)) == (reason, True, True)
        entry = await self.ground.entry(told.request_id, code)
        assert (entry.outcome, entry.reason, entry.address) == ("refused", reason, self.browser.address)
        return said, entry

    async def device(self, agent: Agent):
        found = await self.ground.state.devices.device(DeviceId(agent.device))
        assert found is not None
        return found


@pytest_asyncio.fixture(loop_scope="session")
async def attacker(ground: Ground) -> Attacker:
    return Attacker(ground)


def report(agent: Agent, nonce: str, sequence: int, **further) -> bytes:
    said = {"at": datetime.now(UTC), "tunnel_key": None} | further
    return agent.report(nonce, sequence, **said).encode()


ENROLMENT = Code.DEVICE_ENROLMENT_REFUSED


async def test_a_code_that_two_use_at_once_enrols_one_device(attacker: Attacker) -> None:
    code, agents = await attacker.code(), (Agent(), Agent())
    nonces = [await attacker.nonce(code, one) for one in agents]  # the second takes the place of the first
    tokens = [one.proof(nonce, code, tunnel_key=None) for one, nonce in zip(agents, nonces, strict=True)]
    said = await asyncio.gather(
        *(attacker.say(COMPLETE, one.encode()) for one in (*tokens, tokens[1], tokens[1]))
    )
    assert sorted(one.status for one in said) == [200, 403, 403, 403]
    for one in said:
        if one.status == 403:
            reason = msgspec.json.decode(one.body, type=Refusal).reason
            assert reason in ("device_code_not_good", "device_challenge_not_good")
            await attacker.refused(one, reason, ENROLMENT)


async def test_codes_that_do_not_serve_tell_a_stranger_nothing(attacker: Attacker) -> None:
    agent, used = Agent(), await attacker.code()
    await attacker.say(
        COMPLETE, agent.proof(await attacker.nonce(used, agent), used, tunnel_key=None).encode()
    )
    over = await attacker.code(now=datetime.now(UTC) - timedelta(minutes=16))
    said = [await attacker.begin(one, Agent()) for one in ("0000-0000-0000-0000", used, over, "x" * 64)]
    assert len({(one.status, one.body) for one in said}) == 1
    for one in said:
        await attacker.refused(one, "device_code_not_good", ENROLMENT)


async def test_guessing_at_codes_ends_for_an_address(attacker: Attacker) -> None:
    code, most = await attacker.code(), attacker.ground.product.settings.sign_in.attempts_per_address
    for number in range(most):
        assert (await attacker.begin(f"{number:016}", Agent())).status == 403
    await attacker.refused(await attacker.begin(code, Agent()), "device_too_many_attempts", ENROLMENT)
    other = Attacker(attacker.ground)
    assert (await other.begin(code, Agent())).status == 200  # nobody else is kept out


async def test_a_code_for_one_computer_enrols_no_other(attacker: Attacker) -> None:
    agent, code = Agent(), await attacker.code(asset="PF3XK1")
    for asset in ("PF3XK2", None):
        token = agent.proof(await attacker.nonce(code, agent), code, asset=asset, tunnel_key=None)
        told = await attacker.say(COMPLETE, token.encode())
        await attacker.refused(told, "device_asset_differs", ENROLMENT)


async def test_who_does_not_have_the_key_enrols_nothing(attacker: Attacker) -> None:
    victim, thief, code = Agent(), Agent(), await attacker.code()
    nonce = await attacker.nonce(code, victim)
    for token, reason in (
        (thief.proof(nonce, code, key=victim.public), "device_proof_not_good"),
        (thief.proof(nonce, code), "device_challenge_not_good"),
        (unsigned(victim.proof(nonce, code)), "device_proof_not_good"),
        ("junk", "device_proof_not_good"),
    ):
        await attacker.refused(await attacker.say(COMPLETE, token.encode()), reason, ENROLMENT)
    taken, _ = await attacker.enrolled()
    code = await attacker.code()
    again = taken.proof(await attacker.nonce(code, taken), code, tunnel_key=None)
    await attacker.refused(await attacker.say(COMPLETE, again.encode()), "device_key_in_use", ENROLMENT)


async def test_no_request_for_a_certificate_gets_more_than_a_device_s(attacker: Attacker) -> None:
    agent, _ = await attacker.enrolled(request=authority_request(new_key()))
    kept, authorities = await attacker.device(agent), await attacker.ground.state.devices.certificates()
    told = await attacker.say(REPORT, report(agent, kept.nonce, 1, request=authority_request(new_key())))
    leaf = x509.load_pem_x509_certificates(told.read(Reported).certificate.encode())[0]
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert leaf.subject.rfc4514_string() == f"CN={agent.device}"
    pem = leaf.public_bytes(Encoding.PEM).decode()
    assert shown(pem, authorities, datetime.now(UTC)).device == agent.device
    with pytest.raises(NotOurs):
        shown(pem, [leaf], datetime.now(UTC))  # it certifies nobody
    assert await attacker.ground.entries(at_least=1, codes=(Code.DEVICE_RENEWED,), request_id=told.request_id)
    wrong = generate_private_key(SECP384R1())
    nonce = told.read(Reported).nonce
    for request in (request_of(wrong), b"junk", b""):
        refused = await attacker.say(REPORT, report(agent, nonce, 2, request=request))
        await attacker.refused(refused, "device_key_not_good")
    key = wrong.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    code = await attacker.code()
    body = msgspec.json.encode(Begin(code=code, key=key))
    await attacker.refused(
        await attacker.say(BEGIN, body, "application/json"), "device_key_not_good", ENROLMENT
    )


async def test_a_report_is_worth_something_once_and_now_and_from_its_device_alone(attacker: Attacker) -> None:
    agent, nonce = await attacker.enrolled()
    other, _ = await attacker.enrolled()
    thief = Agent(device=agent.device)
    first = report(agent, nonce, 1)
    fresh = (await attacker.say(REPORT, first)).read(Reported).nonce
    before = await attacker.device(agent)
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    for said, reason, told_nonce in (
        (first, "report_nonce_not_good", True),
        (report(agent, fresh, 1), "report_out_of_order", True),
        (report(agent, fresh, 2, at=hour_ago), "report_time_not_good", False),
        (report(agent, fresh, 2, at=datetime.now(UTC) + timedelta(hours=1)), "report_time_not_good", False),
        (report(thief, fresh, 2), "report_not_signed", False),
        (report(Agent(key=other.key, device=agent.device), fresh, 2), "report_not_signed", False),
        (report(Agent(key=agent.key, device=other.device), fresh, 2), "report_not_signed", False),
        (report(Agent(device="x" * 22), fresh, 2), "report_not_signed", False),
        (unsigned(report(agent, fresh, 2).decode()).encode(), "report_not_signed", False),
        (agent.farewell(fresh, 2).encode(), "report_not_signed", False),
        (b"junk", "report_not_signed", False),
        (b"\xff\xfe", "report_not_signed", False),
        (b"", "report_not_signed", False),
    ):
        refusal, _ = await attacker.refused(await attacker.say(REPORT, said), reason)
        assert refusal.nonce == (fresh if told_nonce else None), reason
    assert await attacker.device(agent) == before


async def test_facts_that_cannot_be_change_nothing_and_what_is_missing_is_not_known(
    attacker: Attacker,
) -> None:
    agent, nonce = await attacker.enrolled()
    good = (await attacker.say(REPORT, report(agent, nonce, 1))).read(Reported)
    for facts in (
        b"[]",
        b'{"firewall":{"value":"yes","found_by":"x"}}',
        b'{"os_version":{"value":100000,"found_by":"x"}}',
        b'{"disk_encrypted":{"value":1,"found_by":"x"}}',
        b'{"os":{"value":"linux\\u0000","found_by":"x"}}',
        b"{" + b",".join(b'"f%d":{"value":true,"found_by":"x"}' % one for one in range(1_000)) + b"}",
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ):
        said = report_of(agent, good.nonce, 2, facts)
        refused = await attacker.say(REPORT, said)
        assert refused.status in (400, 403), (facts[:40], refused)
        await attacker.refused(refused, msgspec.json.decode(refused.body, type=Refusal).reason)
    assert (await attacker.device(agent)).facts == IN_ORDER
    unknown = {FactName.OS: Fact("templeos", "uname"), FactName.FIREWALL: Fact(True, "x")}
    told = await attacker.say(REPORT, report(agent, good.nonce, 3, facts=unknown))
    assert told.status == 200
    assert set((await attacker.device(agent)).facts) == {
        FactName.FIREWALL
    }  # no system is known, nor anything else
    entry = await attacker.ground.entry(told.request_id, Code.DEVICE_REPORTED_OTHERWISE)
    assert "os: linux → ?" in entry.details["differs"]


async def test_what_is_too_long_or_no_message_of_ours_is_nobody_s(attacker: Attacker) -> None:
    agent, nonce = await attacker.enrolled()
    before, longest = await attacker.device(agent), 64 * 1024
    long = report(agent, nonce, 1) + b"A" * longest
    assert (await attacker.say(REPORT, long)).status == 413
    long_begin = json.dumps({"code": "0" * 20, "key": "AAAA", "more": "x" * longest}).encode()
    assert (await attacker.say(BEGIN, long_begin, "application/json")).status == 413
    for path, kind in ((REPORT, "application/json"), (BEGIN, "application/jose"), (REPORT, "text/plain")):
        assert (await attacker.say(path, report(agent, nonce, 1), kind)).status == 415
    for path in ("/agent", "/agent/", "/agent/nothing"):
        assert (await attacker.say(path, b"{}", "application/json")).status in (400, 404)
    site = attacker.ground.product.addresses.origin("devices")
    for path in (
        "/",
        "/.brana/callback",
        "/agent/../one/x",
        "/Agent/report",
    ):  # pages for people, behind the gate
        answer = await attacker.browser.post(f"{site}{path}", {}, follow=False, headers={})
        assert answer.status in (400, 401, 403), (path, answer.status)
    packed = await attacker.say(REPORT, b"\x1f\x8b\x08", **{"Content-Encoding": "gzip"})
    await attacker.refused(packed, "report_not_signed")
    for body in (b"{}", b"[]", b'{"code":"x","key":"AAAA"}', b'{"code":"' + b"x" * 65 + b'","key":"AAAA"}'):
        told = await attacker.say(BEGIN, body, "application/json")
        await attacker.refused(told, "device_message_not_understood", ENROLMENT)
    assert await attacker.device(agent) == before


async def test_a_device_that_is_gone_says_nothing_more_whoever_has_its_key(attacker: Attacker) -> None:
    agent, nonce = await attacker.enrolled()
    name = DeviceId(agent.device)
    await attacker.office.lose(name, "ve vlaku", OPERATOR, datetime.now(UTC))
    for path, said in ((REPORT, report(agent, nonce, 1)), (FAREWELL, agent.farewell(nonce, 1).encode())):
        refusal, entry = await attacker.refused(await attacker.say(path, said), "device_gone")
        assert (refusal.nonce, entry.details["device"]) == (None, name)
    kept = await attacker.device(agent)
    assert (kept.leaves, kept.tunnel_key) == ((), None)


async def test_a_copy_of_a_device_is_seen_and_reports_in_nobody_s_place(attacker: Attacker) -> None:
    agent, nonce = await attacker.enrolled()
    copy = Agent(key=agent.key, device=agent.device)
    fresh = (await attacker.say(REPORT, report(agent, nonce, 10))).read(Reported).nonce
    _, entry = await attacker.refused(
        await attacker.say(REPORT, report(copy, nonce, 11)), "report_nonce_not_good"
    )
    assert entry.details["device"] == agent.device
    assert (await attacker.say(REPORT, report(agent, fresh, 11))).status == 200


def unsigned(token: str) -> str:
    """The same, by no algorithm (RFC 8725 §2.1)."""
    head, body, _ = token.split(".")
    read = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    head = urlsafe_b64encode(json.dumps(read | {"alg": "none"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}."


def report_of(agent: Agent, nonce: str, sequence: int, facts: bytes) -> bytes:
    said = Report(nonce=nonce, sequence=sequence, at=datetime.now(UTC), facts=msgspec.Raw(facts), agent="1.0")
    return signed(Kind.REPORT, agent.device, said, signing(agent.key)).encode()


def authority_request(key) -> bytes:
    """For a certificate that certifies others, by the name of our own pages."""
    named = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "admin")])
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(named)
        .add_extension(x509.BasicConstraints(ca=True, path_length=5), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("admin.brana.localhost")]), critical=False)
        .sign(key, SHA256())
        .public_bytes(Encoding.DER)
    )
