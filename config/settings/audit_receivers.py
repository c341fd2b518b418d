"""Where the log goes while it is written: receivers outside that collect the logs of many systems."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Port, Setting
from config.vocabulary import Language


class AuditReceiver(Setting, frozen=True, kw_only=True):
    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,31}$")]
    """Under which it is remembered how far it has got: another name is another receiver."""
    kind: Literal["syslog", "webhook", "mail"]
    host: str | None = None
    """Of syslog: as its certificate names it."""
    port: Port = 6514
    address: str | None = None
    """Of a webhook `https://…`; of mail the mailbox."""
    form: Literal["ocsf", "sentence", "json"] = "ocsf"
    """What an entry is sent as; mail has the sentence."""
    only: list[Annotated[str, Meta(pattern=r"^[a-z_]+(\.[a-z_]+)*$")]] = field(default_factory=list)
    """Codes, or what they begin with, as `sign_in`. Empty: all."""
    language: Language = Language.ENGLISH
    """Of sentences."""
    authority: Path | None = None
    """PEM certificate of the authority that signed the receiver's certificate; left out: the system's."""
    certificate: Path | None = None
    """By which we show who we are, where the receiver asks."""
    key: Path | None = None
    secret_file: Path | None = None
    """Of a webhook: key of the signature, at least 32 characters."""
    from_beginning: bool = False
    """Whether it is sent what the log holds already, when it is met for the first time."""
    repeat: timedelta = timedelta(minutes=1)
    """Syslog acknowledges nothing: after each new connection what was sent so long before is sent again."""
