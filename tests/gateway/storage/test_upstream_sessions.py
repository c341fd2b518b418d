"""Sessions that another provider's word opened, found by what it tells of a sign-out; in the real database."""

from datetime import timedelta

from config.vocabulary import AuthenticationLevel, Language, SessionId
from gateway.storage.database import Database
from idp.login.handle import hashed, new_handle
from idp.login.session import Session
from idp.login.upstream import Identity, SignedOut, Via
from tests.rig.identity_store import kept_in
from tests.rig.people import JANA, NOON

SUBJECTS = ("a1", "a", "A1", "%", "a_1", "a\\1", 'a"1', "Řehoř", "/", "a1\u2028", "https://sso.test")
SIDS = ("", "a1", "r%", 'r"')
ISSUERS = ("https://sso.test", "https://jiny.test")
VIAS = [
    Via(provider="kraj", identity=Identity(issuer=issuer, subject=subject), sid=sid)
    for issuer in ISSUERS
    for subject in SUBJECTS
    for sid in SIDS
]


def session(number: int, via: Via | None) -> Session:
    return Session(
        sid=SessionId(f"{number:022d}"),
        handle=hashed(new_handle()),
        person=JANA,
        facts_at=NOON,
        locale=Language.CZECH,
        level=AuthenticationLevel.TWO_FACTORS,
        methods=("fed", "otp", "mfa"),
        auth_time=NOON,
        created_at=NOON + timedelta(seconds=number),
        last_seen=NOON,
        expires_at=NOON + timedelta(hours=1),
        via=via,
    )


async def test_what_ends_is_found_whatever_signs_the_provider_uses_in_its_names(database: Database) -> None:
    store = kept_in(database).store
    all_of_them = [session(number, via) for number, via in enumerate([None, *VIAS])]
    await store.transact(lambda book: [book.keep_session(one) for one in all_of_them])
    for subject in ("", *SUBJECTS):
        for sid in SIDS:
            if not subject and not sid:
                continue
            said = SignedOut(provider="kraj", issuer=ISSUERS[0], subject=subject, sid=sid)
            found = await store.look(lambda book, said=said: book.sessions_by_upstream(said))
            assert found == [one for one in all_of_them if said.ends(one.via)], said
