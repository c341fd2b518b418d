"""Has the directory change a password, and puts its answer into our words."""

from idp.directory.password import Changed, NotChangedReason
from idp.directory.person import Person
from idp.http.provider import Provider
from idp.login.effects import ChangePassword
from idp.login.inputs import Unanswered
from idp.login.refusal import Refusal

REFUSALS: dict[NotChangedReason, Refusal] = {
    NotChangedReason.OLD_WRONG: Refusal.OLD_PASSWORD_WRONG,
    NotChangedReason.TOO_SHORT: Refusal.NEW_PASSWORD_TOO_SHORT,
    NotChangedReason.NOT_COMPLEX: Refusal.NEW_PASSWORD_NOT_COMPLEX,
    NotChangedReason.USED_BEFORE: Refusal.NEW_PASSWORD_USED_BEFORE,
    NotChangedReason.TOO_YOUNG: Refusal.PASSWORD_TOO_YOUNG,
    NotChangedReason.AGAINST_RULES: Refusal.NEW_PASSWORD_REFUSED,
    NotChangedReason.LOCKED: Refusal.ACCOUNT_LOCKED,
    NotChangedReason.NOT_ALLOWED: Refusal.CHANGE_NOT_POSSIBLE,
    NotChangedReason.REFUSED: Refusal.CHANGE_REFUSED,
    NotChangedReason.UNREACHABLE: Refusal.DIRECTORY_UNREACHABLE,
    NotChangedReason.UNCERTAIN: Refusal.CHANGE_UNCERTAIN,
}
"""Why the password is still what it was, or may be."""


def known_words(provider: Provider, person: Person) -> tuple[str, ...]:
    """What everybody around the person knows, so that a password of it is none."""
    places = {provider.municipality_name(one.municipality) for one in person.roles}
    return (provider.office, *provider.office_words, *sorted(places))


async def refusal_of(provider: Provider, ask: ChangePassword) -> Refusal | None:
    """Why it is not changed; None when it is."""
    try:
        said = await provider.change_password(ask.subject, ask.old, ask.new)
    except provider.directory_errors:
        return Refusal.DIRECTORY_UNREACHABLE
    return None if isinstance(said, Changed) else REFUSALS[said.reason]


async def changed(provider: Provider, ask: ChangePassword) -> Person | Unanswered | Refusal | None:
    """Why it is not changed, or what the directory says of the person after the change."""
    refusal = await refusal_of(provider, ask)
    if refusal is not None:
        return refusal
    try:
        return await provider.reread(ask.subject)
    except provider.directory_errors:
        return Unanswered()
