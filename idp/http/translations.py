"""Messages of the pages: written in English in the templates, in Czech in `.po` files read at start."""

import io
from collections.abc import Iterable
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from config.vocabulary import Language


class CatalogUnusable(Exception):
    """A file of translations cannot be used. Says which file, what is wrong and what to do."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"translations {path}: {cause}")
        self.path = path


def load_translations(folders: Iterable[Path], language: Language) -> NullTranslations:
    """Messages of one language from `<language>.po` and `<part>.<language>.po` in the folders.

    English needs no file: its messages are the templates' own. Raises CatalogUnusable.
    """
    together = Catalog(locale=language.value)
    for folder in folders:
        for path in sorted((*folder.glob(f"{language}.po"), *folder.glob(f"*.{language}.po"))):
            _add(together, path)
    if not len(together):
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, together)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _add(together: Catalog, path: Path) -> None:
    try:
        with path.open("rb") as file:
            catalog = read_po(file, locale=together.locale, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise CatalogUnusable(path, f"{error}; correct that line") from error
    if catalog.plural_forms != together.plural_forms:
        raise CatalogUnusable(path, f"Plural-Forms must be {together.plural_forms!r}")
    for message in catalog:
        if not message.id or not message.string:
            continue
        known = together.get(message.id, message.context)
        if known is not None and known.string != message.string:
            raise CatalogUnusable(path, f"{message.id!r} has another translation elsewhere; use one of them")
        if message.fuzzy:
            raise CatalogUnusable(path, f"{message.id!r} is marked fuzzy; check it and remove the mark")
        together.add(message.id, message.string, context=message.context)
