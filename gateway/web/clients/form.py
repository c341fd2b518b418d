"""The form that describes a connected application: what was typed, and what it means. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from config.vocabulary import MunicipalityCode
from gateway.clients.own import Described

LINES = ("redirect_uris", "post_logout_redirect_uris")
"""An address on each line."""
TEXTS = (
    "title",
    "municipality",
    "authentication",
    "jwks",
    "backchannel_logout_uri",
    "frontchannel_logout_uri",
    "application",
    "operator",
    "subject_type",
    "sector",
    "id_token_algorithm",
    "refresh",
)
FIELDS = (*TEXTS, *LINES)


def described(entered: Mapping[str, str]) -> Described | None:
    """None: a choice that the form does not offer."""
    values: dict[str, Any] = {name: entered[name].strip() for name in TEXTS}
    values |= {
        name: tuple(one for line in entered[name].splitlines() if (one := line.strip())) for name in LINES
    }
    try:
        return msgspec.convert(values, Described)
    except msgspec.ValidationError:
        return None


def entered(one: Described) -> dict[str, str]:
    """As the form shows it."""
    values = msgspec.structs.asdict(one)
    return {name: "\n".join(values[name]) if name in LINES else values[name] for name in FIELDS}


def empty(municipality: MunicipalityCode) -> dict[str, str]:
    return dict.fromkeys(FIELDS, "") | {
        "municipality": municipality,
        "authentication": "client_secret_basic",
        "subject_type": "public",
        "id_token_algorithm": "ES256",
        "refresh": "never",
    }
