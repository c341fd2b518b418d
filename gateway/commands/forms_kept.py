"""Which forms wait in their page for a sign-in, and for what of it."""

from datetime import datetime

from gateway.authorize.ext_authz import KeepForm
from gateway.authorize.problem import SIGN_IN_NEEDED
from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Refused
from gateway.envoy.hardening import KEPT_FORM_BYTES
from gateway.sessions.kept_form import Lacking, keep
from gateway.sessions.session import Session
from gateway.storage.seal import Seal


def keeping_forms(seal: Seal) -> KeepForm:
    """One that is longer, or of a length that is not said, stays where the browser keeps it."""

    def keep_form(
        request: AccessRequest, session: Session | None, refused: Refused | None, moment: datetime
    ) -> str | None:
        if request.form is None or request.form.length is None or request.form.length > KEPT_FORM_BYTES:
            return None
        subject = session.subject if session is not None else None
        return keep(request.host, request.target, subject, _lacking(request, refused), seal.close, moment)

    return keep_form


def _lacking(request: AccessRequest, refused: Refused | None) -> Lacking:
    if refused is None:
        return Lacking(SIGN_IN_NEEDED)
    language = request.language
    return Lacking(refused.reason, refused.title[language], refused.advice[language])
