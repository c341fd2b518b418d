"""People's names as they are looked for: any case, with or without accents."""

import unicodedata


def folded(*parts: str) -> str:
    """`parts` joined by spaces, lower case, accents taken off ("Dvořák" and "dvorak" are the same)."""
    decomposed = unicodedata.normalize("NFKD", " ".join(part for part in parts if part))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
