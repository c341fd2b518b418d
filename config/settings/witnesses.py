"""Who vouches for the log elsewhere."""

from pathlib import Path

from config.settings.setting import Setting


class WitnessSetting(Setting, frozen=True, kw_only=True):
    """`brana witness` on another machine."""

    address: str
    """`https://…`; on this machine's own loopback also `http://…`."""
    key: str
    """As `brana witness key` prints it there: its name, an id, the public key."""
    authority: Path | None = None
    """PEM certificate of the authority that signed the witness's certificate; left out: the system's."""
