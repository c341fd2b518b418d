"""What somebody sees instead of what they asked for: a page (or JSON) that says why and what to do.

Shown by the decision point on any host, and by our own handlers. Pure: texts in, texts out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from config.settings import Title
from config.vocabulary import Language
from gateway.authorize.contact import with_contact
from gateway.authorize.problem import problem
from idp.http.page import Pages

Text = Mapping[Language, str]


def both(cs: str, en: str) -> Text:
    return MappingProxyType({Language.CZECH: cs, Language.ENGLISH: en})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for somebody's decision: since when, and the address of its page."""

    since: datetime
    at: str


@dataclass(frozen=True, slots=True)
class SwitchFirst:
    """It can be asked for by whoever acts for the municipality `there`; names, as a page says them."""

    own: str
    there: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRefusal:
    """A named reason and its texts; `reason` is the same in the page, the log and the tests. For `{contact}` in an
    advice see `gateway/authorize/contact.py`.
    """

    reason: str
    title: Text
    advice: Text
    switch_may_help: bool = False
    """Whether acting for another municipality could change the answer."""
    account_may_help: bool = False
    """Whether somebody who is signed in may do something about it at "my account"."""
    ask_at: str = ""
    """Address of the page where the person may ask for what was refused; empty where that is of no use."""
    asked: Asked | None = None
    """The person has asked for it already."""
    switch_first: SwitchFirst | None = None
    """The person may ask for it after acting for another municipality."""
    portal_closed: bool = False
    """The portal would be refused for the same reason, so nobody is sent there."""
    back_to: str = ""
    """Page of this host where what was refused stands, as it is now; empty where there is none."""
    goes_on: bool = False
    """Whoever tries again means it, and gets what was asked for."""
    in_another_window: bool = False
    """This one holds what would be lost."""
    mend: tuple[tuple[Text, Text], ...] = ()
    """On the device: what is amiss, and how it is put in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One refusal as it happened: HTTP status (401, 403, 503 …), when, by which number to find it."""

    refusal: ShownRefusal
    status: int
    at: datetime
    request_id: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who is signed in, as a page names them: they may sign out, and come back as somebody else."""

    name: str
    municipality: str
    """Name of the one they act for; empty for none."""


SIGN_IN_NEEDED = ShownRefusal(
    reason="sign_in_needed",
    title=both(cs="Nejprve se přihlaste", en="Please sign in first"),
    advice=both(
        cs="Vaše přihlášení skončilo, nebo jste se ještě nepřihlásili. Přihlaste se a pokračujte.",
        en="Your sign-in has ended, or you have not signed in yet. Sign in and carry on.",
    ),
)
PAGE_UNKNOWN = ShownRefusal(
    reason="page_unknown",
    title=both(cs="Stránka tu není", en="There is no such page"),
    advice=both(
        cs="Zkontrolujte adresu, nebo začněte na portálu.",
        en="Check the address, or start at the portal.",
    ),
)
NOT_FROM_OUR_PAGE = ShownRefusal(
    reason="not_from_our_page",
    title=both(cs="Požadavek nepřišel z naší stránky", en="The request did not come from our page"),
    advice=both(
        cs="Z bezpečnostních důvodů jsme nic neprovedli. Otevřete stránku znovu a zopakujte to na ní.",
        en="To be safe, nothing was done. Open the page again and repeat it there.",
    ),
)
FORM_UNREADABLE = ShownRefusal(
    reason="request_unreadable",
    title=both(cs="Formulář nelze přečíst", en="The form cannot be read"),
    advice=both(
        cs="Vraťte se o stránku zpět, načtěte ji znovu a formulář vyplňte ještě jednou.",
        en="Go back one page, reload it and fill in the form once more.",
    ),
)
TOO_LARGE = ShownRefusal(
    reason="request_too_large",
    title=both(cs="Odesílaná data jsou příliš velká", en="The data sent are too large"),
    advice=both(
        cs="Nic jsme neprovedli. Vraťte se o stránku zpět a vyplňte formulář kratším textem.",
        en="Nothing was done. Go back one page and fill in the form with less text.",
    ),
)
OUR_FAULT = ShownRefusal(
    reason="our_fault",
    title=both(cs="Něco se u nás pokazilo", en="Something went wrong on our side"),
    advice=both(
        cs="Zkuste to za chvíli znovu. Když to nepomůže, připravte si číslo požadavku a {contact}.",
        en="Try again in a moment. If it does not help, have the request number ready and {contact}.",
    ),
)
FORM_NOT_PASSED_ON = ShownRefusal(
    reason="sign_in_needed",
    title=both(cs="Vaše přihlášení mezitím skončilo", en="Your sign-in has ended meanwhile"),
    advice=both(
        cs="To, co jste právě odeslali, jsme nepředali dál, ale váš prohlížeč to má i s přílohami. Přihlaste se "
        "v jiném okně, vraťte se sem, načtěte tuto stránku znovu a potvrďte opětovné odeslání.",
        en="What you have just sent was not passed on, but your browser still has it, attachments too. Sign in in "
        "another window, come back here, reload this page and confirm that it is to be sent again.",
    ),
    in_another_window=True,
)


def not_passed_on(reason: str) -> ShownRefusal:
    """What is said of a form that the browser alone can send again: by what its sign-in lacks."""
    if reason == FORM_NOT_PASSED_ON.reason:
        return FORM_NOT_PASSED_ON
    return ShownRefusal(
        reason=reason,
        title=both(cs="Nejprve potvrďte, že jste to vy", en="Confirm first that it is you"),
        advice=both(
            cs="K odeslání je potřeba novější nebo silnější přihlášení. To, co jste právě odeslali, jsme nepředali "
            "dál, ale váš prohlížeč to má i s přílohami. Přihlaste se v jiném okně, vraťte se sem, načtěte tuto "
            "stránku znovu a potvrďte opětovné odeslání.",
            en="Sending this needs a newer or stronger sign-in. What you have just sent was not passed on, but your "
            "browser still has it, attachments too. Sign in in another window, come back here, reload this page and "
            "confirm that it is to be sent again.",
        ),
        in_another_window=True,
    )


FORM_OF_SOMEBODY_ELSE = ShownRefusal(
    reason="form_of_somebody_else",
    title=both(cs="Tento formulář vyplnil někdo jiný", en="Somebody else filled in this form"),
    advice=both(
        cs="Mezitím se tu přihlásila jiná osoba, proto jsme formulář neodeslali. Odeslat ho může jen ten, "
        "kdo ho vyplnil, až se znovu přihlásí.",
        en="Another person has signed in here meanwhile, so the form was not sent. Only whoever filled it in "
        "can send it, after signing in again.",
    ),
)
FORM_TICKET_UNUSABLE = ShownRefusal(
    reason="form_ticket_unusable",
    title=both(cs="Formulář čekal příliš dlouho", en="The form has waited for too long"),
    advice=both(
        cs="Nic jsme neodeslali. Vraťte se v prohlížeči o stránku zpět: co jste vyplnili, tam zpravidla zůstalo.",
        en="Nothing was sent. Go back one page in the browser: what you filled in is usually still there.",
    ),
)
GATEWAY_UNAVAILABLE = ShownRefusal(
    reason="gateway_unavailable",
    title=both(cs="Přístup teď nelze ověřit", en="Access cannot be checked right now"),
    advice=both(
        cs="Brána teď nemůže přístup posoudit nebo zapsat do auditního záznamu, a bez záznamu nikoho nepustí. "
        "Vašim datům se nic nestalo. Zkuste to za chvíli znovu.",
        en="The gateway cannot decide now, or cannot write the access into the audit log, and lets nobody in "
        "unrecorded. Nothing has happened to your data. Try again in a moment.",
    ),
)


def refusal_page(
    pages: Pages,
    occurrence: Occurrence,
    language: Language,
    *,
    portal: str,
    who: Somebody | None = None,
    again: str = "",
    here: str = "",
    log: bool = False,
    stronger: str = "",
) -> str:
    """HTML of a refusal. `portal` is the portal's origin; `again`, where given, leads to a new attempt; `log`:
    the reader of the audit log is offered the way back to it; `stronger` leads to the sign-in that would mend it.

    `who` is signed in; None where nobody is, or where that cannot be known now.
    """
    refusal = occurrence.refusal
    return pages.render(
        "refusal.html",
        language,
        here=here,
        title=refusal.title[language],
        advice=with_contact(refusal.advice[language], language, pages.support),
        switch_may_help=refusal.switch_may_help or refusal.switch_first is not None,
        status=occurrence.status,
        at=occurrence.at,
        request_id=occurrence.request_id,
        portal=portal,
        to_portal=not refusal.portal_closed,
        who=who,
        again=again,
        goes_on=refusal.goes_on,
        elsewhere=refusal.in_another_window,
        log=log,
        stronger=stronger,
        ask=refusal.ask_at,
        asked=refusal.asked,
        switch_first=refusal.switch_first,
        back=refusal.back_to,
        account=refusal.account_may_help and who is not None,
        mend=[(title[language], how[language]) for title, how in refusal.mend],
    )


def refusal_json(occurrence: Occurrence, language: Language, support: str | None) -> str:
    """The same for a program, see `gateway/authorize/problem.py`. `support`: of the office."""
    refusal = occurrence.refusal
    words = refusal.title, refusal.advice
    return problem(occurrence.status, refusal.reason, words, language, support, occurrence.request_id)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another identity provider at which somebody who signed out here is still signed in."""

    title: Title
    address: str
    """That leads out of it."""


def signed_out_page(
    pages: Pages,
    language: Language,
    *,
    portal: str,
    elsewhere: Elsewhere | None = None,
    frames: Sequence[str] = (),
) -> str:
    """HTML of "you are signed out". `frames`: what of other applications is loaded with it."""
    still = None if elsewhere is None else (elsewhere.title.in_language(language), elsewhere.address)
    return pages.render("signed_out.html", language, portal=portal, elsewhere=still, frames=frames)


def wants_page(headers: Mapping[str, str]) -> bool:
    """Whether a person waits for the answer: Fetch Metadata's `document` or, without it, HTML in Accept."""
    destination = headers.get("Sec-Fetch-Dest")
    if destination is not None:
        return destination in {"document", "iframe", "frame"}
    return "text/html" in headers.get("Accept", "")
