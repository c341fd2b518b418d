"""A moment that somebody wrote at the command line."""

from datetime import datetime

from config.vocabulary import Language
from gateway.commands.mistaken import mistaken, written_as
from gateway.commands.state import now
from gateway.commands.terminal import PRAGUE
from policies.model import Text

CS, EN = Language.CZECH, Language.ENGLISH
YEARS = range(2000, 2100)
"""As pages take them."""
NO_MOMENT: Text = {CS: "{written} není den a čas", EN: "{written} is no moment"}
AS_THIS: Text = {CS: "napište je jako 2026-11-23T09:00", EN: "write it as 2026-11-23T09:00"}
NO_YEAR: Text = {
    CS: "{written} je v roce, na který se ptát nelze",
    EN: "{written} is in no year that is asked about",
}
THE_YEARS: Text = {
    CS: "uveďte některý z let {first} až {last}",
    EN: "give one of the years {first} to {last}",
}


def moment_asked(written: str, language: Language = EN) -> datetime:
    """As a clock here shows it, unless the zone is written too; now where nothing is. Raises CannotStart."""
    if not written:
        return now().astimezone(PRAGUE)
    said = written_as(written, language)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise mistaken(NO_MOMENT, AS_THIS, language, written=said) from error
    if moment.year not in YEARS:
        first, last = str(YEARS[0]), str(YEARS[-1])
        raise mistaken(NO_YEAR, THE_YEARS, language, written=said, first=first, last=last)
    return moment if moment.tzinfo else moment.replace(tzinfo=PRAGUE)
