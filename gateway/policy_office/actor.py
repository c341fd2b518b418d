"""Who acts on the policies, as pages, commands and the product itself say so."""

from dataclasses import dataclass

from gateway.audit.acts import SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, with the municipality acted for; an operator of this machine (`cli:…`); or the product itself."""

    subject: str
    login: str
    name: str = ""
    municipality: str = ""
    """Empty: of an operator, who acts for none."""
    session: str = ""
    address: str = ""
    request_id: str = ""
    operates: bool = False
    """By a command on this machine, where the files are and the database is: no policy decides about that."""


def operating(by: str) -> Actor:
    """`by`: as `gateway.commands.operator` names them."""
    return Actor(subject=by, login="" if by == SYSTEM else by, name=by, operates=True)


PRODUCT = operating(SYSTEM)
