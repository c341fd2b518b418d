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
    "userinfo_signed_response_alg",
)
WORDS = ("scopes",)
"""Words with spaces between."""
SWITCHES = ("require_pushed", "dpop_bound_access_tokens")
FIELDS = (*TEXTS, *LINES, *WORDS, *SWITCHES)
YES, NO = "yes", "no"


def described(entered: Mapping[str, str]) -> Described | None:
    """None: a choice that the form does not offer."""
    values: dict[str, Any] = {name: entered[name].strip() for name in TEXTS}
    values |= {
        name: tuple(one for line in entered[name].splitlines() if (one := line.strip())) for name in LINES
    }
    values |= {name: tuple(dict.fromkeys(entered[name].split())) for name in WORDS}
    values |= {name: {YES: True, NO: False}.get(entered[name]) for name in SWITCHES}
    try:
        return msgspec.convert(values, Described)
    except msgspec.ValidationError:
        return None


def entered(one: Described) -> dict[str, str]:
    """As the form shows it."""
    values = msgspec.structs.asdict(one)
    lines = {name: "\n".join(values[name]) for name in LINES}
    words = {name: " ".join(values[name]) for name in WORDS}
    switches = {name: YES if values[name] else NO for name in SWITCHES}
    return {**{name: values[name] for name in TEXTS}, **lines, **words, **switches}


def empty(municipality: MunicipalityCode) -> dict[str, str]:
    return dict.fromkeys(FIELDS, "") | {
        "municipality": municipality,
        "authentication": "client_secret_basic",
        "subject_type": "public",
        "id_token_algorithm": "ES256",
        "refresh": "never",
        "scopes": "profile email roles",
        **dict.fromkeys(SWITCHES, NO),
    }
