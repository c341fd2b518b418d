"""Applications that know SAML 2.0 alone; served where the product is installed with the extra `saml`."""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Setting
from config.vocabulary import ApplicationId


class SamlAttribute(Setting, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    """As the application knows it."""
    says: Literal["login", "name", "mail", "roles", "municipalities"]


class SamlServiceProvider(Setting, frozen=True, kw_only=True):
    entity_id: Annotated[str, Meta(min_length=1, max_length=200)]
    """Its name, as its metadata have it."""
    addresses: Annotated[list[str], Meta(min_length=1)]
    """Assertion consumer services (POST binding), exact; the first where a request names none."""
    logout_address: str | None = None
    """Where it is told of sign-outs by the browser, and answered about its own (Redirect binding)."""
    certificates: list[Path] = field(default_factory=list)
    """PEM, each with a key by which its requests are verified."""
    requests_signed: bool = False
    """Whether requests without a signature are refused."""
    name_id: Literal["persistent", "transient", "login", "mail"] = "persistent"
    """What it calls a person."""
    attributes: list[SamlAttribute] = field(default_factory=list)
    """What it is told of people."""
    encryption_certificate: Path | None = None
    """PEM: with whose key assertions are encrypted; None: they are not."""
    sign_answers: bool = False
    """Whether the answer around the assertion, which always is, is signed too."""
    application: ApplicationId | None = None
    """What policies say of it decides who may sign in; None: everybody who may sign in at all."""
