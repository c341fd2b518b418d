"""What is wrong with the settings of requests, and of what may not meet in one person."""

from collections.abc import Iterator
from datetime import timedelta

from config.applications import BUILT_IN_APPLICATIONS
from config.doubt import Finding
from config.settings import Separation, Settings, StricterRequest


def request_findings(settings: Settings) -> Iterator[Finding]:
    known = {one.id for one in settings.applications} | BUILT_IN_APPLICATIONS
    for number, entry in enumerate(settings.requests.stricter):
        at = f"requests.stricter[{number}]"
        yield from _stricter(entry, at, settings.requests.longest)
        for application in entry.applications:
            if application not in known:
                yield (
                    f"{at}.applications",
                    f"{application!r} is no application",
                    "write ids of [[applications]]",
                )
    for number, one in enumerate(settings.separation):
        yield from _separation(one, f"separation[{number}]")


def _stricter(entry: StricterRequest, at: str, usual: timedelta) -> Iterator[Finding]:
    if entry.approvers is None and entry.longest is None:
        yield at, "it makes nothing stricter", "give `approvers`, or `longest`, or both"
    if entry.longest is not None and not entry.longest:
        yield f"{at}.longest", "nothing can happen in no time", "write for example `8 h`"
    elif entry.longest is not None and entry.longest > usual:
        yield (
            f"{at}.longest",
            f"it changes nothing: for everything requests.longest is {usual}",
            "make it shorter, or requests.longest longer",
        )


def _separation(one: Separation, at: str) -> Iterator[Finding]:
    if bool(one.roles) == bool(one.acts):
        yield at, "it says of roles or of acts what may not meet", "give `roles` or `acts`, and not both"
        return
    for name, listed in (("roles", list(map(str, one.roles))), ("acts", list(map(str, one.acts)))):
        if listed and len(set(listed)) < 2:
            yield f"{at}.{name}", "one alone meets nothing", "name two different ones at least"
        elif len(set(listed)) < len(listed):
            yield f"{at}.{name}", "one is named twice", "name each once"
    if one.acts and one.where != "anywhere":
        yield f"{at}.where", "acts meet in one matter, wherever it is", "leave `where` out"
