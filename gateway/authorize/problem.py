"""A refusal as data for programs: what is wrong in JSON (RFC 9457) and how to do better in `WWW-Authenticate`."""

from collections.abc import Mapping

import msgspec

from config.vocabulary import Language
from gateway.authorize.contact import with_contact
from gateway.sessions.stronger import QUESTIONS, WISHES

PROBLEM = "application/problem+json"
TYPE = "urn:brana:reason:"  # + the named reason; RFC 9457 §3.1.1
CHALLENGE = "WWW-Authenticate"
SIGN_IN_NEEDED = "sign_in_needed"

Text = Mapping[Language, str]


def problem(
    status: int,
    reason: str,
    words: tuple[Text, Text],
    language: Language,
    support: str | None,
    request_id: str,
) -> str:
    """`words`: title and advice. `support`: whom people of the office call."""
    title, advice = words
    body = {
        "type": TYPE + reason,
        "title": title.get(language, ""),
        "status": status,
        "reason": reason,
        "advice": with_contact(advice.get(language, ""), language, support),
        "request_id": request_id,
    }
    return msgspec.json.encode(body).decode()


def status_for_programs(status: int, reason: str) -> int:
    """401 where another authentication would mend it (RFC 9470 §3), though a person is shown a 403."""
    return 401 if status == 403 and reason in WISHES else status


def challenge(status: int, reason: str, host: str) -> dict[str, str]:
    """The header of an answer with this status: RFC 9110 §11.6.1; error codes of RFC 6750 §3.1 and RFC 9470 §3.

    A scheme that browsers ask nobody for: `Basic` would make them show a window of their own.
    """
    if status != 401:
        return {}
    if reason in WISHES:
        # every question of a wish holds one parameter of RFC 9470 §3: acr_values or max_age
        asked = {"error": "insufficient_user_authentication", **QUESTIONS[WISHES[reason]]}
    elif reason == SIGN_IN_NEEDED:
        asked = {}
    else:
        asked = {"error": "invalid_token", "error_description": reason}
    return {CHALLENGE: _written({"realm": host, **asked})}


def _written(parameters: Mapping[str, str]) -> str:
    """Quoted strings (RFC 9110 §5.6.4); a host's characters, our reasons and levels need no escape."""
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parameters.items())
