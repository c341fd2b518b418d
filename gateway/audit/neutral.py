"""Make text that a stranger chose harmless to a terminal, a page and a reader, without losing what it said.

Laws: the result is printable; two different texts within the limit never give the same result; a text that is
printable and does not itself contain the mark stays as it is; a text that was cut says so, with its length
and a hash of the whole.
"""

from hashlib import sha256

MARK = "\\u{"
CUT = "…\\u{cut "


def neutral(value: str, limit: int) -> str:
    r"""`value` with every unprintable character (control, bidirectional, lone surrogate) as `\u{hex}`.

    `limit` is in characters of the original. A surrogate stands for a byte that is not UTF-8 (PEP 383).
    """
    if len(value) > limit:
        whole = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return f"{_escaped(value[:limit])}{CUT}{len(value)} characters, sha256 {whole}}}"
    return value if value.isprintable() and MARK not in value else _escaped(value)


def printable(value: str) -> str:
    """The last defence, for values our own code chose: the same marks, but printable text passes as it is."""
    return value if value.isprintable() else _escaped(value)


def surrogates_told(value: str) -> str:
    """Lone surrogates alone as marks: no database takes them."""
    if value.isascii():
        return value
    return "".join(f"{MARK}{ord(one):x}}}" if "\ud800" <= one <= "\udfff" else one for one in value)


def _escaped(value: str) -> str:
    # the mark's own backslash is escaped too, so that nobody can write a mark by hand
    return "".join(
        character if character.isprintable() and character != "\\" else f"{MARK}{ord(character):x}}}"
        for character in value
    )
