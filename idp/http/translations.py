"""Messages of the pages: written in English in the templates, in Czech in `.po` files read at start."""

import io
from collections.abc import Iterable
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from config.vocabulary import Language

Messages = dict[tuple[Any, str | None], Message]
"""By message (or the pair of singular and plural) and context."""


class CatalogUnusable(Exception):
    """A file of translations cannot be used. Says which file, what is wrong and what to do."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"translations {path}: {cause}")
        self.path = path


def load_translations(folders: Iterable[Path], language: Language) -> NullTranslations:
    """Messages of one language from `<language>.po` and `<part>.<language>.po` in the folders.

    A later folder's words come before an earlier one's: a room may say "Sign out" in its own way. English
    needs no file: its messages are the templates' own. Raises CatalogUnusable.
    """
    messages: Messages = {}
    for folder in folders:
        messages |= _of_folder(folder, language)
    if not messages:
        return NullTranslations()
    together = Catalog(locale=language.value)
    for (identity, context), message in messages.items():
        together.add(identity, message.string, context=context)
    compiled = io.BytesIO()
    write_mo(compiled, together)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _of_folder(folder: Path, language: Language) -> Messages:
    messages: Messages = {}
    for path in sorted((*folder.glob(f"{language}.po"), *folder.glob(f"*.{language}.po"))):
        for message in _read(path, language):
            known = messages.setdefault((message.id, message.context), message)
            if known.string != message.string:
                raise CatalogUnusable(path, f"{message.id!r} has another translation in this folder; use one")
            if message.fuzzy:
                raise CatalogUnusable(path, f"{message.id!r} is marked fuzzy; check it and remove the mark")
    return messages


def _read(path: Path, language: Language) -> list[Message]:
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=language.value, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise CatalogUnusable(path, f"{error}; correct that line") from error
    expected = Catalog(locale=language.value).plural_forms
    if catalog.plural_forms != expected:
        raise CatalogUnusable(path, f"Plural-Forms must be {expected!r}")
    return [message for message in catalog if message.id and message.string]
