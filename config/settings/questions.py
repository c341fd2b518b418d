"""Questions about the audit log that are asked again and again: conditions of fields, and how answers are counted."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Setting, Title

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]


class AuditGroup(Setting, frozen=True, kw_only=True):
    """Entries counted together; only what reaches one of the thresholds is answered."""

    by: list[str]
    """Fields whose values are the same."""
    at_least: Annotated[int, Meta(ge=1)] | None = None
    """Entries."""
    within: timedelta | None = None
    """So close together that `at_least` counts."""
    different: str | None = None
    """Field whose different values are counted."""
    at_least_different: Annotated[int, Meta(ge=1)] | None = None
    at_least_mb: Annotated[float, Meta(ge=0)] | None = None
    """Moved in both directions."""


class AuditFollowUp(Setting, frozen=True, kw_only=True):
    """The entry that closes a matter, of which the answer tells whether there is one."""

    code: str
    same: str
    """Field that both have in common."""
    instead: list[Annotated[str, Meta(pattern=r"^[a-z_.]+=[a-z_.]+$")]] = field(default_factory=list)
    """`CODE=CODE`: an entry of the first is closed by one of the second, not by `code`."""


class AuditQuestion(Setting, frozen=True, kw_only=True):
    name: Name
    title: Title
    about: Title | None = None
    where: list[str]
    """`FIELD=VALUE` or `FIELD!=VALUE`, written as in the filters of the log; all must hold."""
    night: str | None = None
    """`18:00-06:00`: of one day, where nobody asks for a span."""
    days: Annotated[int, Meta(ge=1, le=366)] = 7
    """How far back, where nobody asks for a span."""
    shows: list[str] = field(default_factory=list)
    """Further fields of each entry."""
    groups: list[AuditGroup] = field(default_factory=list)
    """None: the entries themselves are the answer."""
    followed_by: AuditFollowUp | None = None
    accounts: Literal["without-second-factor"] | None = None
    """A register of accounts as it stands now, told before what the log knows."""
    leads_to: Literal["exceptions", "integrity", "reviews"] | None = None
    """The page that knows what stands now."""
