"""Whom entries make known by name, so that their entries are found by a part of it. Pure."""

from gateway.audit.acts import OPERATOR
from gateway.audit.entry import Code, Entry
from gateway.audit.folding import folded

INTRODUCING = frozenset(
    {
        *(Code.SIGN_IN_COMPLETED, Code.SESSION_OPENED),
        *(
            Code.SIGN_IN_PASSWORD_REFUSED,
            Code.SIGN_IN_CODE_REFUSED,
            Code.SIGN_IN_THROTTLED,
            Code.SIGN_IN_FAILED,
        ),
    }
)
"""Entries whose people are found by a part of their name: login in `person`, full name in the detail `name`.
A refused sign-in has no subject where nobody was recognised; then the login, as it was typed, is all there is."""

Name = tuple[str, str, str]
"""Subject, login, and what is looked through: login and name, folded."""


def may_introduce(code: str, subject: str) -> bool:
    """Told without the entry itself, which most entries of the access log would have to be made for."""
    return code in INTRODUCING or subject.startswith(OPERATOR)


def introduced(entry: Entry) -> Name | None:
    if entry.code in INTRODUCING and (entry.subject or entry.person):
        name = entry.details.get("name", "")
        return entry.subject, entry.person, folded(entry.person, str(name))
    if entry.subject.startswith(OPERATOR):
        return entry.subject, entry.person, folded(entry.subject)
    return None
