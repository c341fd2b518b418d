"""What a piece of a file is called for whoever reads of it: a policy by its form or its title, a case by its own.

Pure.
"""

import tomllib

from config.vocabulary import Language
from policies.blocks import Key, Sort
from policies.difference import title_in_text
from policies.model import Text
from policies.parameters import ANYTHING, Offered
from policies.statements import split


def title_of_piece(file: str, key: Key, text: str, offered: Offered = ANYTHING) -> Text:
    """Of a piece that has a name. In a language in which nobody named it otherwise, that."""
    name = key.name.partition("\n")[0]
    if key.sort in (Sort.POLICY, Sort.UNNAMED):
        return title_in_text(file, split(text)[0].text, name, offered)
    (table,) = tomllib.loads(text)[key.sort.value]  # as blocks_of has read it
    return {language: str(table.get(f"title_{language}") or name) for language in Language}
