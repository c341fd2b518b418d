"""What an application reads in plain headers of whoever asks: facts of the assertion, as texts.

They are words of the grant too, signed with it, so that a request with a fresh grant needs no question.
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote

from gateway.grants.claims import Assertion

CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"
)  # no value of a header (RFC 9110 §5.5), nor part of a name
PLAIN = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")


def told(about: Assertion, facts: Collection[str], encoding: str) -> Mapping[str, str]:
    """Fact → text, of the facts that are asked for and known. `encoding`: "utf-8" or "percent"."""
    known = {
        "login": about.login,
        "subject": about.subject,
        "name": about.name,
        "municipality": about.municipality,
        "roles": ",".join(about.roles),
    }
    texts = {fact: CONTROL.sub(" ", known[fact]).strip() for fact in facts}
    return {
        fact: text if encoding == "utf-8" else quote(text, safe=PLAIN) for fact, text in texts.items() if text
    }
