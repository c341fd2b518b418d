"""Pages of ours that need somebody signed in: where a sign-in may lead without any relying party."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnPage:
    path: str
    anew: bool = False
    """Whether the factors must be shown after the sign-in was begun: for what a session alone may not do."""

    @property
    def kept(self) -> str:
        """As `Flow.asked` keeps it."""
        return f"{self.path}?anew" if self.anew else self.path


ACCOUNT = OwnPage("/account")
ACCOUNT_PROVEN = OwnPage("/account#authenticators", anew=True)
ACCOUNT_SIGN_INS = OwnPage("/account#sign-ins", anew=True)
PASSWORD = OwnPage("/account/password")
OWN_PAGES = {page.kept: page for page in (ACCOUNT, ACCOUNT_PROVEN, ACCOUNT_SIGN_INS, PASSWORD)}
