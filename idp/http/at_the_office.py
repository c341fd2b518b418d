"""Where no directory operation changes passwords, people are told to change theirs at the office."""

from config.vocabulary import SubjectId
from idp.login.refusal import Refusal


async def at_the_office(_subject: SubjectId, _old: str, _new: str) -> Refusal:
    """Implements `idp.http.provider.ChangePassword`: nothing is changed, and the person is told so."""
    return Refusal.CHANGE_NOT_POSSIBLE
