"""The account of last resort: good once, for whoever has the secret, and for nobody a second time."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import SignIn
from config.vocabulary import RECOVERY_ADMINISTRATOR, RECOVERY_LIFETIME, AuthenticationLevel, Role
from idp import events
from idp.events import Origin
from idp.login import flow, recovery, recovery_use, totp
from idp.login.authenticator import AuthenticatorId
from idp.login.desk import Caller, Fresh
from idp.login.drawn import draw
from idp.login.effects import Tell
from idp.login.handle import hashed, new_handle, new_session_id
from idp.login.inputs import PersonAnswered
from idp.login.recovery import Account, Ending
from idp.login.recovery_use import Opened, RecoveryRefusal
from idp.login.session import lifetime
from idp.login.states import AwaitingPassword, CheckingPerson
from tests.rig.code_generator import code_at
from tests.rig.people import HULIN, NOON

LIMITS = SignIn()
CODE_SECRET = totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
ACCOUNT = Account(
    id=recovery.RecoveryId("ABCD1234"), secret_hash="(hash)", code=None, municipality=HULIN,
    issued_at=NOON, issued_by="cli:root",
)  # fmt: skip
KEY = AuthenticatorId("k" * 22)
WITH_CODE = replace(ACCOUNT, code=totp.Enrolled(CODE_SECRET, -1))


class Kept:
    """What recovery needs of the book, in dictionaries."""

    def __init__(self, account=None):
        self.account, self.times, self.sessions, self.events = account, {}, {}, []

    def recovery(self):
        return self.account

    def keep_recovery(self, account):
        self.account = account

    def guesses(self, key):
        return self.times.get(key, ())

    def keep_guesses(self, key, times, _forget_at):
        self.times[key] = times

    def session_of(self, handle):
        return next((one for one in self.sessions.values() if one.handle == handle), None)

    def keep_session(self, session):
        self.sessions[session.sid] = session

    def record(self, event):
        self.events.append(event)


def caller(address="192.0.2.1"):
    return Caller(origin=Origin(address=address), browser=None)


def fresh():
    return Fresh(sid=new_session_id(), handle=hashed(new_handle()), known=hashed(new_handle()))


def use(book, counted, *, right=True, code="", now=NOON, previous=None):
    return recovery_use.use(book, counted, right, code, caller(), LIMITS, fresh(), now, previous)


def tried(book, *, right=True, code="", now=NOON, address="192.0.2.1"):
    counted = recovery_use.count(book, caller(address), LIMITS, now)
    return use(book, counted, right=right, code=code, now=now) if not hasattr(counted, "reason") else counted


def test_a_secret_has_more_characters_than_the_law_asks_for_and_none_that_looks_like_another():
    secret = recovery.new_secret()
    assert len(secret) == 30
    assert not set("ILOU") & set(secret)
    assert secret != recovery.new_secret()


@given(st.data())
def test_a_secret_is_read_however_it_is_copied(data):
    secret = data.draw(st.text(recovery.ALPHABET, min_size=30, max_size=30))
    written = recovery.shown(secret)
    assert re.fullmatch(r"([0-9A-Z]{5}-){5}[0-9A-Z]{5}", written)
    sloppy = written.lower().replace("-", data.draw(st.sampled_from(["", " ", " - ", "-"])))
    sloppy = sloppy.replace("1", data.draw(st.sampled_from("1lI"))).replace(
        "0", data.draw(st.sampled_from("0oO"))
    )
    assert recovery.read_secret(sloppy) == secret


@given(st.text(max_size=300))
def test_what_cannot_be_a_secret_is_none_and_nothing_fails(typed):
    read = recovery.read_secret(typed)
    assert read is None or set(read) <= set(recovery.ALPHABET)


def test_the_right_secret_opens_one_short_session_of_a_centre_administrator_of_one_municipality():
    book = Kept(ACCOUNT)
    opened = tried(book)
    assert isinstance(opened, Opened)
    session = opened.session
    assert session.person.subject == RECOVERY_ADMINISTRATOR
    assert [(held.municipality, held.role) for held in session.person.roles] == [
        (HULIN, Role.CENTRE_ADMINISTRATOR)
    ]
    assert session.expires_at == NOON + RECOVERY_LIFETIME == NOON + lifetime(session.person, LIMITS)
    assert session.level is AuthenticationLevel.PASSWORD
    assert (book.account.ended_at, book.account.ending) == (NOON, Ending.USED)
    (used,) = book.events
    assert isinstance(used, events.RecoveryUsed)
    assert not any(book.times.values())


def test_a_secret_that_was_used_opens_nothing_a_second_time_also_when_both_were_on_their_way():
    book = Kept(ACCOUNT)
    first, second = (recovery_use.count(book, caller(), LIMITS, NOON) for _ in range(2))
    assert isinstance(use(book, first), Opened)
    assert use(book, second).reason is RecoveryRefusal.SPENT
    assert tried(book).reason is RecoveryRefusal.NOT_ISSUED
    assert len(book.sessions) == 1


@pytest.mark.parametrize("ending", [Ending.REVOKED, Ending.REPLACED])
def test_a_secret_that_was_taken_back_or_replaced_while_it_was_on_its_way_opens_nothing(ending):
    book = Kept(ACCOUNT)
    counted = recovery_use.count(book, caller(), LIMITS, NOON)
    if ending is Ending.REVOKED:
        assert recovery.revoke(book, "cli:root", NOON) == ACCOUNT
    else:
        assert recovery.issue(book, replace(ACCOUNT, id="NEW00000"), "cli:root", NOON) == ACCOUNT
    assert use(book, counted).reason is RecoveryRefusal.SPENT
    assert not book.sessions


def test_a_wrong_secret_is_refused_counted_and_recorded_and_the_account_stays():
    book = Kept(ACCOUNT)
    refused = [tried(book, right=False) for _ in range(6)]
    assert [one.reason for one in refused] == [RecoveryRefusal.WRONG] * 5 + [RecoveryRefusal.TOO_MANY]
    assert refused[-1].until == NOON + LIMITS.attempts_window
    assert book.account == ACCOUNT
    assert [event.reason for event in book.events] == [one.reason for one in refused]
    assert isinstance(tried(book, address="198.51.100.1"), Opened)


def test_many_addresses_of_one_network_run_out_together():
    book = Kept(ACCOUNT)
    refused = [tried(book, right=False, address=f"192.0.2.{number}") for number in range(30)]
    assert [one.reason for one in refused] == [RecoveryRefusal.WRONG] * 20 + [RecoveryRefusal.TOO_MANY] * 10


def test_with_a_second_factor_the_secret_alone_opens_nothing_and_spends_nothing():
    book = Kept(WITH_CODE)
    assert tried(book).reason is RecoveryRefusal.CODE_WRONG
    assert tried(book, code="000000").reason is RecoveryRefusal.CODE_WRONG
    assert book.account == WITH_CODE
    opened = tried(book, code=code_at(CODE_SECRET, NOON))
    assert opened.session.level is AuthenticationLevel.TWO_FACTORS
    assert opened.session.methods == ("pwd", "otp", "mfa")


def test_guesses_of_the_second_factor_are_counted_wherever_they_come_from():
    book = Kept(WITH_CODE)
    refused = [tried(book, code="000000", address=f"10.{number}.0.1") for number in range(6)]
    assert [one.reason for one in refused] == [RecoveryRefusal.CODE_WRONG] * 5 + [RecoveryRefusal.TOO_MANY]
    right = code_at(CODE_SECRET, NOON)
    assert tried(book, code=right, address="10.9.0.1").reason is RecoveryRefusal.TOO_MANY
    later = NOON + timedelta(minutes=15)
    assert isinstance(tried(book, code=code_at(CODE_SECRET, later), now=later), Opened)


def test_without_an_account_everything_is_refused_alike():
    book = Kept()
    assert tried(book).reason is RecoveryRefusal.NOT_ISSUED
    assert tried(book, right=False).reason is RecoveryRefusal.NOT_ISSUED


def test_a_try_that_could_not_be_compared_costs_nothing_and_is_recorded():
    book = Kept(ACCOUNT)
    counted = recovery_use.count(book, caller(), LIMITS, NOON)
    assert recovery_use.refuse_busy(book, counted, caller(), NOON).reason is RecoveryRefusal.BUSY
    assert not any(book.times.values())
    assert [event.reason for event in book.events] == [RecoveryRefusal.BUSY]


def test_somebody_elses_session_in_the_browser_ends():
    book = Kept(ACCOUNT)
    before = tried(book).session
    book.account = replace(ACCOUNT, id="NEW00000")
    counted = recovery_use.count(book, caller(), LIMITS, NOON)
    opened = use(book, counted, previous=before.handle)
    assert opened.ended == (before.sid,)


def test_issuing_and_taking_back_are_recorded_with_who_did_it():
    book = Kept()
    assert recovery.issue(book, WITH_CODE, "cli:root", NOON) is None
    assert recovery.issue(book, replace(ACCOUNT, id="NEW00000"), "cli:root", NOON) == WITH_CODE
    assert recovery.revoke(book, "cli:jana", NOON) is not None
    assert recovery.revoke(book, "cli:jana", NOON) is None
    first, second, third = book.events
    assert (first.account, first.by, first.second_factor, first.replaced) == (
        "ABCD1234",
        "cli:root",
        True,
        "",
    )
    assert (second.account, second.second_factor, second.replaced) == ("NEW00000", False, "ABCD1234")
    assert (third.account, third.by) == ("NEW00000", "cli:jana")


def test_neither_hash_nor_factor_shows_in_what_is_printed_of_an_account():
    assert repr(WITH_CODE) == "Account(ABCD1234)"


def test_a_key_of_the_recovery_administrator_would_open_nothing():
    """None can be enrolled; were there one, it would be a way in a second time."""
    checking = CheckingPerson(RECOVERY_ADMINISTRATOR, "klíč", KEY, NOON, AwaitingPassword(b"c" * 32))
    answered = PersonAnswered(answer=recovery.person(HULIN), held=frozenset({KEY}), drawn=draw())
    state, effects = flow.step(checking, answered, NOON)
    assert isinstance(state, AwaitingPassword)
    assert [effect.reason for effect in effects if isinstance(effect, Tell)] == ["unknown_person"]


def test_the_right_secret_is_known_before_anything_is_counted_and_a_wrong_one_is_never_hashed():
    book = Kept(replace(ACCOUNT, fingerprint=b"f" * 32))
    spent = [recovery_use.count(book, caller(), LIMITS, NOON, b"x" * 32) for _ in range(6)]
    assert [getattr(one, "compare", "refused") for one in spent] == [False] * 5 + ["refused"]
    counted = recovery_use.count(book, caller(), LIMITS, NOON, b"f" * 32)
    assert counted.compare
    assert isinstance(use(book, counted), Opened)


def test_a_secret_that_only_its_hash_knows_is_compared_where_it_can_be_one():
    book = Kept(ACCOUNT)
    assert recovery_use.count(book, caller(), LIMITS, NOON, b"x" * 32).compare
    assert not recovery_use.count(book, caller(), LIMITS, NOON, None).compare
    assert not recovery_use.count(Kept(), caller(), LIMITS, NOON, b"x" * 32).compare
