"""What an incident closes, in a word: its kind and what of it, by names. Pure."""

from config.vocabulary import Language, Role
from policies.incident_words import KIND_WORDS
from policies.incidents import Closure, ClosureKind
from policies.model import Text
from policies.reasons import Names


def target_named(closure: Closure, names: Names) -> Text:
    """`Rozpočet, Hulín`; empty of a kind without a target."""
    return {language: ", ".join(_parts(closure, names, language)) for language in Language}


def what_named(closure: Closure, names: Names) -> Text:
    """`jedna aplikace: Rozpočet`."""
    target, kind = target_named(closure, names), KIND_WORDS[closure.kind.value].name
    return {
        language: f"{kind[language]}: {target[language]}" if target[language] else kind[language]
        for language in Language
    }


def _parts(closure: Closure, names: Names, language: Language) -> list[str]:
    if closure.kind is ClosureKind.ROLE:
        return [Role(closure.target).title_in(language)]
    found = []
    if closure.application is not None:
        titles = names.applications.get(closure.application)
        found.append(titles[language] if titles else closure.application)
    if closure.municipality is not None:
        found.append(names.district.name(closure.municipality))
    return found
