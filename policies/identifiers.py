"""The identifier of a policy, made of what somebody calls it in words."""

import re
import unicodedata

LONGEST = 60  # characters; the field of the forms takes as many
OTHERS = re.compile(r"[^a-z0-9]+")


def identifier_of(words: str) -> str:
    """`Účetní: hodiny` → `ucetni-hodiny`; an identifier stays as it is. Empty where no letter or digit is left."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    return OTHERS.sub("-", plain).strip("-")[:LONGEST].rstrip("-")
