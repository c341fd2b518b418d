"""The decision point's answers as pages: the same refusal page that our own handlers show."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from config.vocabulary import Action, Language
from gateway.authorize.refusals import WORDS
from gateway.authorize.request import AccessRequest
from gateway.authorize.response import UNKNOWN
from gateway.authorize.verdict import Refused
from gateway.sessions.session import Session
from gateway.sessions.stronger import link
from gateway.web.desk import Desk
from gateway.web.identity import ADMIN
from gateway.web.kept_form import SIGN_IN_ELSEWHERE, sign_in_elsewhere
from gateway.web.refusal import (
    FORM_NOT_PASSED_ON,
    GATEWAY_UNAVAILABLE,
    Asked,
    Occurrence,
    ShownRefusal,
    Somebody,
    SwitchFirst,
    not_passed_on,
    refusal_page,
)
from idp.http.page import page_headers
from idp.http.preferred_language import language_cookie
from policies.incidents import OF_A_MUNICIPALITY, OF_AN_APPLICATION, ClosureKind

SWITCH_MAY_HELP = frozenset(
    {"other_municipality_active", "application_not_offered", "no_role_in_municipality"}
)
"""Reasons with which acting for another municipality may change the verdict."""

PORTAL_CLOSED_TOO = frozenset(
    kind.reason for kind in ClosureKind if kind not in OF_AN_APPLICATION | OF_A_MUNICIPALITY
)
"""Reasons of incidents that close everything to whom they concern."""
FROM_THIS_DEVICE = frozenset(
    {"device_suspended", "device_waiting", "device_blocked", "device_retired", "device_lost"}
)
"""Reasons for which nothing opens from the device, the portal neither: a link there would lead in a circle."""

TRY_LATER = 503
MayAsk = Callable[[Session, AccessRequest, Refused], str | Asked | SwitchFirst]
"""Where the person may ask for what was refused, or has asked, or has to act first to ask; empty where they may not, or
where it is of no use.
"""


def nobody_asks(*_: object) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class DecisionPages:
    """Implements `gateway.authorize.response.Pages`."""

    desk: Desk
    may_ask: MayAsk = nobody_asks

    @property
    def headers(self) -> Mapping[str, str]:
        return page_headers((self.desk.sign_in,))

    def refused(self, request: AccessRequest, refused: Refused, session: Session, status: int) -> str:
        asking = self.may_ask(session, request, refused)
        refusal = ShownRefusal(
            reason=refused.reason,
            title=refused.title,
            advice=refused.advice,
            switch_may_help=refused.reason in SWITCH_MAY_HELP and len(session.municipalities()) > 1,
            ask_at=asking if isinstance(asking, str) else "",
            asked=asking if isinstance(asking, Asked) else None,
            switch_first=asking if isinstance(asking, SwitchFirst) else None,
            portal_closed=_closes_the_portal(refused, session),
            mend=tuple((one.title, one.how) for one in refused.mend),
        )
        passes_by_itself = status == TRY_LATER
        again = own_path(request.page) if passes_by_itself else ""
        acting = request.application == ADMIN and request.action is not Action.READ
        stronger = link(refused.reason, own_path(request.page))
        if (
            stronger and request.form is not None
        ):  # no page of ours can hold it, and the browser loses it on the way
            return self._page(request, not_passed_on(refused.reason), 401, sign_in_elsewhere(refused.reason))
        who = self.desk.somebody(session, request.language)
        return self._page(request, refusal, status, again, who, log=acting, stronger=stronger)

    def signed_out(self, request: AccessRequest) -> str:
        return self._page(request, FORM_NOT_PASSED_ON, 401, SIGN_IN_ELSEWHERE)

    def unavailable(self, request: AccessRequest) -> str:
        return self._page(request, GATEWAY_UNAVAILABLE, TRY_LATER, own_path(request.page))

    def unknown(self, request: AccessRequest) -> str:
        title, advice = WORDS[UNKNOWN]
        return self._page(request, ShownRefusal(reason=UNKNOWN, title=title, advice=advice), 403)

    @property
    def support(self) -> str | None:
        return self.desk.pages.support

    def keep_language(self, language: Language) -> str:
        return language_cookie(language, self.desk.pages.domain)

    def _page(
        self,
        request: AccessRequest,
        refusal: ShownRefusal,
        status: int,
        again: str = "",
        who: Somebody | None = None,
        *,
        log: bool = False,
        stronger: str = "",
    ) -> str:
        occurrence = Occurrence(
            refusal=refusal, status=status, at=self.desk.now(), request_id=request.request_id
        )
        return refusal_page(
            self.desk.pages,
            occurrence,
            request.language,
            portal=self.desk.portal,
            who=who,
            again=again,
            here=own_path(request.page),
            log=log,
            stronger=stronger,
        )


def _closes_the_portal(refused: Refused, session: Session) -> bool:
    own = refused.municipality is not None and refused.municipality == session.municipality
    return refused.reason in PORTAL_CLOSED_TOO | FROM_THIS_DEVICE or (
        own and refused.reason == ClosureKind.MUNICIPALITY.reason
    )


def own_path(target: str) -> str:
    """A target that a link may lead to: a path of this host, never read by a browser as another host's."""
    harmless = target.startswith("/") and target[1:2] not in {"/", "\\"}
    return target if harmless and not any(ord(sign) <= 0x20 for sign in target) else "/"
