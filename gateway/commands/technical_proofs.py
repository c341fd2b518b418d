"""A reload that takes from a technical account what it proves itself by ends what was opened by that, as the end of a
secret does. A file of keys that is another one in any way counts: which key opened a session nobody keeps.
"""

from collections.abc import Mapping
from datetime import datetime

from config.settings import Settings, TechnicalAccount
from config.vocabulary import SubjectId, technical_subject
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.office import SessionOffice
from gateway.sessions.session import EndReason
from gateway.sessions.technical import CERTIFICATE, KEY, SECRET

Proofs = frozenset[tuple[SubjectId, tuple[str, ...]]]
"""Whose, and how sessions that were opened by it say so (`amr`)."""
Contents = Mapping[str, str]
"""Setting that names a file → digest of the file."""


def taken_away(before: Settings, after: Settings, contents: tuple[Contents, Contents]) -> Proofs:
    """`contents`: before and after."""
    old, new = (_proofs(*each) for each in zip((before, after), contents, strict=True))
    return frozenset(proof for proof, by in old.items() if new.get(proof) != by)


def _proofs(settings: Settings, contents: Contents) -> dict[tuple[SubjectId, tuple[str, ...]], object]:
    """By what each is verified."""
    found: dict[tuple[SubjectId, tuple[str, ...]], object] = {}
    for number, one in enumerate(settings.technical_accounts):
        for way, by in _ways(one, contents.get(f"technical_accounts[{number}].keys")):
            found[technical_subject(one.id), way] = by
    return found


def _ways(account: TechnicalAccount, keys: str | None) -> list[tuple[tuple[str, ...], object]]:
    ways: list[tuple[tuple[str, ...], object]] = [(CERTIFICATE, account.certificate), (KEY, keys)]
    return [(way, by) for way, by in [*ways, (SECRET, account.secret or None)] if by is not None]


async def end_what_rests_on(office: SessionOffice, proofs: Proofs, by: str, now: datetime) -> None:
    """`by`: whose reload it is in the log."""
    if not proofs:
        return
    found = await office.store.open_of({subject for subject, _ in proofs})
    going = [one for one in found.sessions if (one.subject, one.amr) in proofs]
    entry = Entry(code=Code.SESSION_ENDED, outcome=Outcome.SUCCESS, at=now, subject=by)
    await office.end(going, EndReason.ENDED_BY_OFFICER, entry, now)
