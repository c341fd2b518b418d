"""Pages of ours that need somebody signed in: where a sign-in may lead without any relying party."""

from dataclasses import dataclass

from config.vocabulary import AuthenticationLevel
from idp.login.user_code import UserCode, read_user_code, written


@dataclass(frozen=True, slots=True)
class OwnPage:
    path: str
    anew: bool = False
    """Whether the factors must be shown after the sign-in was begun: for what a session alone may not do."""
    demanded: AuthenticationLevel | None = None
    """The least that opens it; None: any sign-in."""

    @property
    def kept(self) -> str:
        """As `Flow.asked` keeps it."""
        return f"{self.path}?anew" if self.anew else self.path


ACCOUNT = OwnPage("/account")
ACCOUNT_PROVEN = OwnPage("/account#authenticators", anew=True)
ACCOUNT_SIGN_INS = OwnPage("/account#sign-ins", anew=True)
PASSWORD = OwnPage("/account/password")
DEVICE = OwnPage("/device", demanded=AuthenticationLevel.TWO_FACTORS)
"""Where a program is let in by its user code (RFC 8628 §3.3): a password alone lets in nobody else."""
OWN_PAGES = {page.kept: page for page in (ACCOUNT, ACCOUNT_PROVEN, ACCOUNT_SIGN_INS, PASSWORD, DEVICE)}
_WITH_CODE = f"{DEVICE.path}?user_code="


def device_page(code: UserCode | None) -> OwnPage:
    """The same with a code filled in, as a link of the program had it."""
    return DEVICE if code is None else OwnPage(f"{_WITH_CODE}{written(code)}", demanded=DEVICE.demanded)


def own_page(kept: str) -> OwnPage | None:
    """The page that `kept` stands for; None for what is none of ours."""
    if kept.startswith(_WITH_CODE):
        return device_page(read_user_code(kept.removeprefix(_WITH_CODE)))
    return OWN_PAGES.get(kept)
