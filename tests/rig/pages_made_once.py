"""What pages are made of, made once in each process of tests, which make the pages' room anew for each test.

Templates compiled by jinja, and the translations of the source tree. A product does either once in its life.
"""

from collections.abc import Iterable
from functools import cache, partial
from gettext import NullTranslations
from pathlib import Path

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from config.vocabulary import Language
from idp.http import page
from idp.http.translations import load_translations

ROOT = Path(__file__).parents[2]


class Compiled(BytecodeCache):
    """By template and language: the same source is the same code."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, Language], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self._code.get(self._name(bucket)):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[self._name(bucket)] = bucket.bytecode_to_string()

    def _name(self, bucket: Bucket) -> tuple[str, Language]:
        return bucket.key, bucket.environment.globals["language"]


_of_the_source = cache(load_translations)


def _translations(folders: Iterable[Path], language: Language) -> NullTranslations:
    """Those that a test writes itself are read each time."""
    places = tuple(folders)
    ours = all(one.is_relative_to(ROOT) for one in places)
    return (_of_the_source if ours else load_translations)(places, language)


def make_pages_once() -> None:
    page.Environment = partial(Environment, bytecode_cache=Compiled())
    page.load_translations = _translations
