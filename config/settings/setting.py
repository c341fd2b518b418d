"""What every table of the configuration is made of."""

from functools import cache
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import FieldInfo, fields

from config.vocabulary import Language

Port = Annotated[int, Meta(ge=1, le=65535)]


class Setting(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every table of the configuration: frozen, and a misspelt key is an error."""


@cache
def fields_of(kind: type[Struct]) -> tuple[FieldInfo, ...]:
    """Of a table's type; asked for anew they cost most of reading a long file."""
    return fields(kind)


class Title(Setting, frozen=True, kw_only=True):
    cs: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.cs if language is Language.CZECH else self.en
