"""Asks the directory what somebody is now, whose sign-in it is not shown by a password."""

from config.vocabulary import SubjectId
from idp.directory.person import Person
from idp.http.provider import Provider
from idp.login.inputs import Unanswered


async def reread(provider: Provider, subject: SubjectId) -> Person | Unanswered | None:
    try:
        return await provider.reread(subject)
    except provider.directory_errors:
        return Unanswered()
