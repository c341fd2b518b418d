r"""Which directory a login names, by its realm, and under which names guesses of it are counted. Pure.

`name@realm`, `REALM\name`, `realm/name`. Whatever may be read as a realm is that realm: with a final dot
(RFC 1034 §3.1), signs of other widths, spaces and accents. So what looks like it is never asked about elsewhere,
where somebody could claim it.
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from config.vocabulary import DirectoryName
from idp.directory.spelling import loosely

AT = "@"
BACKSLASH = "\\"  # down-level logon name: what people of a Windows domain are used to type
SEPARATORS = {AT: AT, BACKSLASH: BACKSLASH, "/": BACKSLASH}  # a slash is what a backslash is mistaken for
DOTS = str.maketrans("\u3002", ".")  # RFC 3490 §3.1 takes it for a dot


def apart(typed: str) -> tuple[str, str]:
    """Name as typed, and realm as realms are written; empty without one.

    What has an `@` is read as a mail address would be, whatever else is in it.
    """
    signs = "".join(SEPARATORS.get(unicodedata.normalize("NFKC", sign), sign) for sign in typed)
    mail = AT in signs
    cut = signs.rfind(AT if mail else BACKSLASH)
    if cut < 0:
        return typed, ""
    before, behind = typed[:cut], typed[cut + 1 :]
    name, realm = (before, behind) if mail else (behind, before)
    return name, loosely(realm).translate(DOTS).strip("./\\")


@dataclass(frozen=True, slots=True)
class Realms:
    """Of all directories; without any there as well."""

    of: Mapping[DirectoryName, Collection[str]]

    def owner(self, typed: str) -> DirectoryName | None:
        """The one directory whose realm the login names: no other is asked for it, or could claim it."""
        _, realm = apart(typed)
        return next((name for name, realms in self.of.items() if realm and realm in realms), None)

    def names(self, typed: str) -> tuple[str, ...]:
        """In each directory the login may mean somebody of, what it is there, as loosely as can be.

        So all forms of a name share what is counted of it, whoever has it: `x` and `x@realm`, not `x` of two realms.
        """
        owner = self.owner(typed)
        if owner is not None:
            return (_name(owner, apart(typed)[0]),)
        return tuple(_name(directory, typed) for directory in self.of)


def _name(directory: DirectoryName, text: str) -> str:
    return f"{directory}\0{loosely(text)}"


ONE_DIRECTORY = Realms({DirectoryName(""): ()})
