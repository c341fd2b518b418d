"""What the parts of a device's page show (`templates/device_parts.html`): of the page of its person, and of those who
administer it. Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.devices.device import NAME_MAX, Device
from gateway.devices.history import Change
from gateway.devices.named import KEY_KINDS, STANDINGS
from gateway.devices.posture import is_fresh
from gateway.web.device_amiss import amiss, unknown
from gateway.web.device_words import FACTS, difference_title, difference_value, fact_value

WORDS: Mapping[str, Any] = {
    "standings": STANDINGS,
    "key_kinds": KEY_KINDS,
    "facts": FACTS,
    "fact_value": fact_value,
    "difference_title": difference_title,
    "difference_value": difference_value,
}
"""By which they name things; lists of devices do, too."""


def parts(device: Device, history: Sequence[Change], fresh: timedelta, now: datetime) -> Mapping[str, Any]:
    """`fresh`: how long a report counts."""
    return {
        "one": device,
        "fresh": is_fresh(device, fresh, now),
        "amiss": amiss(device),
        "unknown": unknown(device),
        "history": history,
        "name_max": NAME_MAX,
    }
