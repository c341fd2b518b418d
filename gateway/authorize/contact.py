"""Whom refusals tell people to turn to: `office.support` where it is set, and nobody by name where it is not."""

from config.vocabulary import Language
from gateway.authorize.verdict import Text

CONTACT = "{contact}"
"""In a sentence of ours: what the person does, "call: …" or its like. Policies' own texts cannot hold it."""
SUPPORT: Text = {Language.CZECH: "zavolejte: {support}", Language.ENGLISH: "call: {support}"}
NOBODY_NAMED: Text = {
    Language.CZECH: "obraťte se na správce svého úřadu",
    Language.ENGLISH: "turn to the administrator of your office",
}


def with_contact(text: str, language: Language, support: str | None) -> str:
    """`text` with whom to turn to, where it leaves room for that."""
    who = NOBODY_NAMED[language] if support is None else SUPPORT[language].replace("{support}", support)
    return text.replace(CONTACT, who)
