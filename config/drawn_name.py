"""Random names of what people name at a command line."""

import secrets


def drawn_name(octets: int = 16) -> str:
    """In base64url (RFC 4648, section 5), and never with `-` in front, as which a command would take an option."""
    while (name := secrets.token_urlsafe(octets)).startswith("-"):
        pass
    return name
