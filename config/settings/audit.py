"""The log: how often it is signed, and who vouches for it elsewhere."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from msgspec import Meta, field

from config.settings.setting import Setting


class WitnessSetting(Setting, frozen=True, kw_only=True):
    """`brana witness` on another machine."""

    address: str
    """`https://…`; on this machine's own loopback also `http://…`."""
    key: str
    """As `brana witness key` prints it there: its name, an id, the public key."""
    authority: Path | None = None
    """PEM certificate of the authority that signed the witness's certificate; left out: the system's."""


class Audit(Setting, frozen=True, kw_only=True):
    checkpoint_every: timedelta = timedelta(seconds=1)
    spool_file_mib: Annotated[int, Meta(ge=1)] = 64
    """Size at which the spool file of the access log is rotated."""
    witnesses: list[WitnessSetting] = field(default_factory=list)
    """Machines that cosign checkpoints; more than one may be asked."""
    mail_checkpoints_to: list[str] = field(default_factory=list)
    """Addresses that get the newest checkpoint once a day; needs `notifications.smtp`."""
