"""The decision point's answers as pages: the same refusal page that our own handlers show."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Refused
from gateway.web.desk import Desk
from gateway.web.refusal import OUR_FAULT, SIGN_IN_NEEDED, Occurrence, Refusal, refusal_page
from idp.http.page import page_headers

SWITCH_MAY_HELP = frozenset({"other_municipality_active", "application_not_offered"})


@dataclass(frozen=True, slots=True)
class DecisionPages:
    """Implements `gateway.authorize.response.Pages`."""

    desk: Desk

    @property
    def headers(self) -> Mapping[str, str]:
        return page_headers((self.desk.sign_in,))

    def refused(self, request: AccessRequest, refused: Refused, status: int) -> str:
        refusal = Refusal(
            reason=refused.reason,
            title=refused.title,
            advice=refused.advice,
            switch_may_help=refused.reason in SWITCH_MAY_HELP,
        )
        return self._page(request, refusal, status)

    def signed_out(self, request: AccessRequest) -> str:
        return self._page(request, SIGN_IN_NEEDED, 401)

    def unavailable(self, request: AccessRequest) -> str:
        return self._page(request, OUR_FAULT, 503)

    def _page(self, request: AccessRequest, refusal: Refusal, status: int) -> str:
        occurrence = Occurrence(
            refusal=refusal, status=status, at=self.desk.now(), request_id=request.request_id
        )
        return refusal_page(
            self.desk.pages, occurrence, request.language, portal=self.desk.portal, here=request.path
        )
