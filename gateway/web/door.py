"""The pages that the decision point shows at the door of an application, on the application's own host."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from config.vocabulary import Language
from gateway.web.refusal import Occurrence, Refusal, Text, both, refusal_page
from idp.http.page import Pages, page_headers

SESSION_OVER = Refusal(
    reason="sign_in_needed",
    title=both(cs="Vaše přihlášení mezitím skončilo", en="Your sign-in has ended meanwhile"),
    advice=both(
        cs="To, co jste právě odeslali, jsme nepředali dál. Přihlaste se v jiném okně, vraťte se sem "
        "a odešlete formulář znovu.",
        en="What you have just sent was not passed on. Sign in in another window, come back here "
        "and send the form again.",
    ),
)
GATEWAY_UNAVAILABLE = Refusal(
    reason="gateway_unavailable",
    title=both(cs="Přístup teď nelze ověřit", en="Access cannot be checked right now"),
    advice=both(
        cs="Nic se nestalo s vašimi daty, jen je zatím nemůžeme otevřít. Zkuste to za chvíli znovu.",
        en="Nothing has happened to your data, we just cannot open it yet. Try again in a moment.",
    ),
)

SWITCH_HELPS = frozenset({"other_municipality_active", "no_role_in_municipality", "application_not_offered"})
"""Reasons with which acting for another municipality may change the verdict."""

TRY_AGAIN = frozenset({"directory_unreachable"})
"""Reasons that pass by themselves."""


class Asked(Protocol):
    """What of a request concerns the page about it."""

    @property
    def language(self) -> Language: ...
    @property
    def request_id(self) -> str: ...
    @property
    def target(self) -> str: ...


class Spoken(Protocol):
    """A refusal as the decision speaks it."""

    @property
    def reason(self) -> str: ...
    @property
    def title(self) -> Text: ...
    @property
    def advice(self) -> Text: ...


class DoorPages:
    """`portal` is the origin of the portal (`https://portal.example.cz:8443`)."""

    def __init__(self, pages: Pages, portal: str, now: Callable[[], datetime]) -> None:
        self._pages, self._portal, self._now = pages, portal, now
        self.headers: Mapping[str, str] = page_headers()

    def refused(self, request: Asked, refused: Spoken) -> str:
        refusal = Refusal(
            reason=refused.reason,
            title=refused.title,
            advice=refused.advice,
            switch_may_help=refused.reason in SWITCH_HELPS,
        )
        again = own_path(request.target) if refused.reason in TRY_AGAIN else ""
        return self._page(request, refusal, 403, again)

    def signed_out(self, request: Asked) -> str:
        return self._page(request, SESSION_OVER, 401, "")

    def unavailable(self, request: Asked) -> str:
        return self._page(request, GATEWAY_UNAVAILABLE, 503, own_path(request.target))

    def _page(self, request: Asked, refusal: Refusal, status: int, again: str) -> str:
        occurrence = Occurrence(refusal=refusal, status=status, at=self._now(), request_id=request.request_id)
        return refusal_page(
            self._pages, occurrence, request.language, portal=self._portal, again=again, here=request.target
        )


def own_path(target: str) -> str:
    """A target that a link may lead to: a path of this host, never read by a browser as another host's."""
    harmless = target.startswith("/") and target[1:2] not in {"/", "\\"}
    return target if harmless and not any(ord(sign) <= 0x20 for sign in target) else "/"
