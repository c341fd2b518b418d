"""Devices with agents: whether there are any, how they enrol, and how they keep telling how they fare."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from config.settings.setting import Setting


class Devices(Setting, frozen=True, kw_only=True):
    enabled: bool = False
    host: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")] = "devices"
    """First label of the name below `public.domain` where agents ask."""
    by_people: bool = False
    """Whether people enrol devices of their own."""
    approval: bool = True
    """Whether an administrator has to approve what a person enrolled."""
    code: timedelta = timedelta(minutes=15)
    """How long a code that enrols a device is good."""
    certificate: timedelta = timedelta(hours=24)
    """How long a device's certificate is good; it is renewed in the last third."""
    report: timedelta = timedelta(minutes=5)
    """From one report to the next, at the latest; each device says its own at another moment before."""
    fresh: timedelta = timedelta(minutes=15)
    """How old a report may be for policies to go by it."""
    kept: timedelta = timedelta(days=365)
    """How long what is known of a device that was retired or lost is kept; its entries stay in the log."""
    message_kib: Annotated[int, Meta(ge=8, le=64)] = 64
    """The longest message of an agent."""
