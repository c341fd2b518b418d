"""What people ask for beyond their roles, how long it may last, who decides, and what may not meet in one person."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Setting
from config.vocabulary import Action, ApplicationId, Role


class StricterRequest(Setting, frozen=True, kw_only=True):
    """Of requests for one of the applications, or one of the actions; where both are given, for both together."""

    applications: list[ApplicationId] = field(default_factory=list)
    """Empty: whichever."""
    actions: list[Action] = field(default_factory=list)
    """Empty: whichever."""
    approvers: Annotated[int, Meta(ge=1, le=2)] | None = None
    longest: timedelta | None = None


class Requests(Setting, frozen=True, kw_only=True):
    longest: timedelta = timedelta(days=30)
    """An approved access, from its beginning to its end."""
    ahead: timedelta = timedelta(days=60)
    """How far in the future the beginning of anything may be."""
    approvers: Annotated[int, Meta(ge=1, le=2)] = 1
    """How many different people must approve an access."""
    stricter: list[StricterRequest] = field(default_factory=list)
    """The strictest of all that concern a request counts."""
    told: list[Role] = field(default_factory=list)
    """Who is told of what waits for a decision, by role in the municipality; who decides is up to the policies. Empty:
    the mayor and the chief clerk.
    """
    longest_order: timedelta = timedelta(days=90)
    longest_delegation: timedelta = timedelta(days=180)
    emergency: timedelta = timedelta(minutes=60)
    """How long emergency access lasts."""
    review_within: timedelta = timedelta(days=2)
    """When the use must have been reviewed; afterwards its person gets no other."""
    unreviewed: Annotated[int, Meta(ge=1, le=10)] = 3
    """How many uses of one person may wait for their review; the next one waits for one of them. So that hours that
    follow each other, as in a flood, are looked at by somebody else.
    """
    purpose: timedelta = timedelta(minutes=60)
    """How long a stated purpose stays with its sign-in."""


class Separation(Setting, frozen=True, kw_only=True):
    """Of these no two may meet: roles in one person, or acts of one person in the same matter."""

    roles: list[Role] = field(default_factory=list)
    where: Literal["anywhere", "municipality"] = "anywhere"
    """Whether roles held in different municipalities meet too."""
    acts: list[Literal["ask", "approve", "sponsor", "use", "review", "delegate", "author"]] = field(
        default_factory=list
    )
