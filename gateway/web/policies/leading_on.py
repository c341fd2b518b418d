"""Where the page of a draft leads on to: its buttons save what the change is for, whichever of them is used. Pure."""

import re
from urllib.parse import parse_qsl, urlencode

from gateway.policy_office.proposal import Proposal
from gateway.web.desk import Refused
from gateway.web.refusal import FORM_UNREADABLE

LOOK, NEW_FILE = "look", "new-file"
PLACE = re.compile(r"form/[a-z-]{1,40}|text|remove")


def led_on(one: Proposal, to: str, file: str) -> str:
    """Address of this host below the proposal; `file` is the new one's. Raises Refused for what no button says."""
    page = f"/proposals/{one.id}"
    if not to:
        return f"{page}/edit?done=saved"
    if to == LOOK:
        return page
    if to == NEW_FILE:
        return f"{page}/text?{urlencode({'file': file.strip()})}"
    place, _, query = to.partition("?")
    if PLACE.fullmatch(place) is None:
        raise Refused(FORM_UNREADABLE, 400)
    asked = urlencode(parse_qsl(query))  # written anew: nothing that was sent stands in a header as it came
    return f"{page}/{place}?{asked}" if asked else f"{page}/{place}"
