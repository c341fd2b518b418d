"""What officers are told of at once: rules over the entries of the log."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Setting


class AlertRule(Setting, frozen=True, kw_only=True):
    """Of the lists any of what stands there; an empty one asks for nothing."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
    on: bool = True
    codes: list[Annotated[str, Meta(pattern=r"^[a-z_]+(\.[a-z_]+)*$")]] = field(default_factory=list)
    """Or what they begin with, as `sign_in`."""
    outcomes: list[Literal["success", "refused", "failure"]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    applications: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    municipalities: list[str] = field(default_factory=list)
    outside: list[Annotated[str, Meta(pattern="^[A-Z]{2}$")]] = field(default_factory=list)
    """Only from a country that is known and none of these."""
    after_hours: bool = False
    """Only outside of office hours, in Prague."""
    group_by: Literal[
        "person",
        "address",
        "session",
        "application",
        "municipality",
        "code",
        "reason",
        "reason_of_node",
        "all",
    ] = "person"
    sum_of: Annotated[str, Meta(pattern="^[a-z_]{1,40}$")] | None = None
    """A detail that is summed up; None: entries are counted."""
    at_least: Annotated[int, Meta(ge=1)] = 1
    within: timedelta = timedelta(hours=1)
    quiet: timedelta = timedelta(minutes=30)
    """It is over when there was less than half of `at_least` for so long."""
    new: Literal["country"] | None = None
    """In place of a number: the person comes from one that was not seen in `within`."""
