"""What somebody wrote wrongly at a terminal, told in the language that the command was asked to speak."""

from config.vocabulary import Language
from gateway.commands.preflight import CannotStart
from policies.model import Text


def mistaken(what: Text, remedy: Text, language: Language, **named: str) -> CannotStart:
    """`named`: what stands in the places of both texts; a word that was written, as `written_as` says it."""
    return CannotStart(what[language].format(**named), remedy[language].format(**named))


def written_as(word: str, language: Language) -> str:
    """In the quotation marks of the language, so that what cannot be printed is seen."""
    inside = repr(word)[1:-1]
    return f"„{inside}“" if language is Language.CZECH else f"'{inside}'"
