"""What the filters of the log offer, in the order in which a reader looks for it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from config.alphabet import alphabetical
from config.settings import Title
from config.vocabulary import Language, MunicipalityCode

Named = TypeVar("Named", bound=str)
Choice = tuple[str, str]
"""What is asked for, and what people call it."""


def grouped(
    groups: Sequence[tuple[Title, Mapping[Named, Title]]], language: Language
) -> list[tuple[str, list[Choice]]]:
    """The groups as they are, what is in each by the alphabet."""
    return [
        (
            title.in_language(language),
            _in_order(((code, name.in_language(language)) for code, name in group.items()), language),
        )
        for title, group in groups
    ]


def municipalities(names: Mapping[MunicipalityCode, str]) -> list[Choice]:
    """By the Czech alphabet in English too: the names are Czech."""
    return _in_order(names.items(), Language.CZECH)


def _in_order(choices: Iterable[Choice], language: Language) -> list[Choice]:
    return sorted(choices, key=lambda one: alphabetical(one[1], language))
