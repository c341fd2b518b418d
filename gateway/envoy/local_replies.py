"""What Envoy answers by itself when it cannot or will not forward: a page for people, JSON for programs."""

import base64
import html
from dataclasses import dataclass
from hashlib import sha256

from config.vocabulary import REASON_HEADER
from gateway.envoy.authorization import UNAVAILABLE
from gateway.envoy.lua import script
from gateway.envoy.messages import Json, overwrite, typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Texts of one status; `reason` is the same in JSON, in the log and in tests."""

    status: int
    reason: str
    title_cs: str
    advice_cs: str
    title_en: str
    advice_en: str


REPLIES = (
    Reply(
        status=400,
        reason="request_malformed",
        title_cs="Požadavek nelze zpracovat",
        advice_cs="Adresa nebo požadavek má neplatný tvar. Otevřete aplikaci znovu z portálu.",
        title_en="The request cannot be processed",
        advice_en="The address or the request is malformed. Open the application from the portal again.",
    ),
    Reply(
        status=403,
        reason="upgrade_refused",
        title_cs="Požadavek není povolen",
        advice_cs="Aplikace tento způsob spojení nepoužívá. Obraťte se na správce technologického centra.",
        title_en="The request is not allowed",
        advice_en="The application does not use this kind of connection. Ask the centre's administrator.",
    ),
    Reply(
        status=404,
        reason="page_unknown",
        title_cs="Stránka neexistuje",
        advice_cs="Na této adrese nic není. Zkontrolujte ji, nebo otevřete aplikaci z portálu.",
        title_en="There is no such page",
        advice_en="Nothing is at this address. Check it, or open the application from the portal.",
    ),
    Reply(
        status=408,
        reason="request_too_slow",
        title_cs="Požadavek nepřišel včas",
        advice_cs="Spojení je příliš pomalé nebo se přerušilo. Zkuste to znovu.",
        title_en="The request did not arrive in time",
        advice_en="The connection is too slow or was interrupted. Try again.",
    ),
    Reply(
        status=413,
        reason="request_too_large",
        title_cs="Odesílaná data jsou příliš velká",
        advice_cs="Rozdělte data na menší části, nebo se obraťte na správce aplikace.",
        title_en="The data sent are too large",
        advice_en="Split the data into smaller parts, or ask the application's administrator.",
    ),
    Reply(
        status=421,
        reason="no_such_host",
        title_cs="Tato adresa zde neexistuje",
        advice_cs="Pod tímto názvem tu není žádná aplikace. Zkontrolujte adresu, nebo začněte na portálu.",
        title_en="There is no such address here",
        advice_en="No application has this name. Check the address, or start at the portal.",
    ),
    Reply(
        status=426,
        reason="protocol_too_old",
        title_cs="Prohlížeč používá zastaralý protokol",
        advice_cs="Aktualizujte prohlížeč a zkuste to znovu.",
        title_en="The browser uses an outdated protocol",
        advice_en="Update the browser and try again.",
    ),
    Reply(
        status=429,
        reason="too_many_streams",
        title_cs="Příliš mnoho otevřených spojení",
        advice_cs="Pod vaším přihlášením je otevřeno příliš mnoho trvalých spojení. Zavřete okna a karty, které "
        "nepotřebujete, a zkuste to znovu. Nic takového neděláte? Odhlaste se a řekněte to správci.",
        title_en="Too many open connections",
        advice_en="Too many lasting connections are open with your sign-in. Close windows and tabs that you do not "
        "need, and try again. If that is not your doing, sign out and tell the administrator.",
    ),
    Reply(
        status=431,
        reason="headers_too_large",
        title_cs="Hlavičky požadavku jsou příliš velké",
        advice_cs="Smažte v prohlížeči soubory cookie této adresy a zkuste to znovu.",
        title_en="The request's headers are too large",
        advice_en="Delete this address's cookies in the browser and try again.",
    ),
    Reply(
        status=500,
        reason="our_fault",
        title_cs="Na bráně došlo k chybě",
        advice_cs="Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
        title_en="The gateway has failed",
        advice_en="Try again in a moment. If it goes on, tell the administrator the time and number below.",
    ),
    Reply(
        status=502,
        reason="application_answer_unusable",
        title_cs="Aplikace odpověděla chybně",
        advice_cs="Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
        title_en="The application gave an unusable answer",
        advice_en="Try again in a moment. If it goes on, tell the administrator the time and number below.",
    ),
    Reply(
        status=503,
        reason="unavailable",
        title_cs="Služba není dostupná",
        advice_cs="To, co jste chtěli otevřít, teď neodpovídá. "
        "Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
        title_en="The service is not available",
        advice_en="What you wanted to open does not answer now. "
        "Try again in a moment. If it goes on, tell the administrator the time and number below.",
    ),
    Reply(
        status=504,
        reason="application_too_slow",
        title_cs="Aplikace neodpověděla včas",
        advice_cs="Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
        title_en="The application did not answer in time",
        advice_en="Try again in a moment. If it goes on, tell the administrator the time and number below.",
    ),
)

UNDECIDED = Reply(
    status=503,
    reason="gateway_unavailable",
    title_cs="Přístup teď nelze ověřit",
    advice_cs="Ověření přístupu neodpovídá, a bez něj nikoho nepustíme. "
    "Zkuste to za chvíli znovu. Trvá-li potíž, sdělte správci čas a číslo uvedené níže.",
    title_en="Access cannot be checked right now",
    advice_en="The access decision does not answer, and nobody is let in without it. "
    "Try again in a moment. If it goes on, tell the administrator the time and number below.",
)
"""The decision point is away; the same reason as where it says itself that it cannot decide."""

DESTINATION = Reply(
    status=403,
    reason="destination_refused",
    title_cs="Sem kopírovat ani přesouvat nelze",
    advice_cs="Kopírovat a přesouvat lze jen uvnitř téže složky aplikace a do názvů bez zvláštních znaků. "
    "Zvolte jiný cíl, nebo soubor stáhněte a na novém místě nahrajte.",
    title_en="Nothing can be copied or moved there",
    advice_en="Copy and move within the same folder of the application, to names without special characters. "
    "Choose another destination, or download the file and upload it in its new place.",
)
"""Where a WebDAV client wants to copy or move to would have to be asked for in another way."""

STYLE = script("local_reply.css")
STYLE_DIGEST = base64.b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_DIGEST}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The style stands in the page itself, allowed by its digest alone: nothing may answer when this page is shown."""
HEADERS = [
    overwrite("content-security-policy", POLICY),
    overwrite("cache-control", "no-store"),
    overwrite("x-content-type-options", "nosniff"),
    overwrite("referrer-policy", "no-referrer"),
]
ZONE_CS = (
    '%CEL(request.time.getHours("Europe/Prague") == request.time.getHours("+01:00") '
    '? "SE&#268;" : "SEL&#268;")%'
)
"""Czech has its own short names of Prague's times; strftime knows the English ones alone."""
DENIED = "ext_authz_denied"  # response code details of a refusal that came with its own page
NO_DECISION = "ext_authz_error"  # and of one for want of an answer
BY_SCRIPT = "lua_response"  # and of one by a script of ours: only that of WebDAV answers by itself


def local_replies(portal: str) -> Json:
    """`local_reply_config`: first match decides, so refusals of `gateway.authorize` come first, untouched.

    `portal`: its address, to which pages lead.
    """
    denied = _details(DENIED)
    waits = {"and_filter": {"filters": [denied, _status(UNAVAILABLE)]}}
    mappers: list[Json] = [{"filter": waits, "status_code": 503}, {"filter": denied}]
    rows = [(UNDECIDED, _details(NO_DECISION)), (DESTINATION, _details(BY_SCRIPT))]
    for reply, when in [*rows, *((one, _status(one.status)) for one in REPLIES)]:
        mappers += [_message(reply, when), _page(reply, when, portal), _data(reply, when)]
    return {"mappers": mappers}


def _details(details: str) -> Json:
    """Matches by what Envoy says of how its answer came about."""
    cel = typed(
        "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
        expression=f"response.code_details == '{details}'",
    )
    return {"extension_filter": {"name": "envoy.access_loggers.extension_filters.cel", "typed_config": cel}}


def _page(reply: Reply, when: Json, portal: str) -> Json:
    texts = {
        name: _escaped(getattr(reply, name)) for name in ("title_cs", "advice_cs", "title_en", "advice_en")
    }
    style = STYLE.replace("%", "%%")  # a single one would begin a word of Envoy's
    parts = {"style": style, "portal": _escaped(portal), "zone_cs": ZONE_CS}
    page = script("local_reply.html").format_map(texts | parts)
    wants_page = {"header_filter": {"header": {"name": "accept", "string_match": {"contains": "text/html"}}}}
    return {
        "filter": {"and_filter": {"filters": [when, wants_page]}},
        "body_format_override": {
            "text_format_source": {"inline_string": page},
            "content_type": "text/html; charset=utf-8",
        },
        "headers_to_add": [*HEADERS, overwrite(REASON_HEADER, reply.reason)],
    }


def _message(reply: Reply, when: Json) -> Json:
    """For gRPC clients: Envoy makes `grpc-status` out of the status, and `grpc-message` out of this."""
    text = f"{reply.title_cs}. {reply.title_en}. ({reply.reason}, %REQ(X-REQUEST-ID)%)"
    rpc = {"prefix": "application/grpc", "ignore_case": True}
    asked = {"header_filter": {"header": {"name": "content-type", "string_match": rpc}}}
    return {
        "filter": {"and_filter": {"filters": [when, asked]}},
        "body_format_override": {
            "text_format_source": {"inline_string": text},
            "content_type": "text/plain; charset=utf-8",
        },
        "headers_to_add": [*HEADERS, overwrite(REASON_HEADER, reply.reason)],
    }


def _escaped(text: str) -> str:
    return html.escape(text).replace("%", "%%")


def _data(reply: Reply, when: Json) -> Json:
    return {
        "filter": when,
        "body_format_override": {
            "json_format": {
                "type": f"urn:brana:reason:{reply.reason}",
                "status": reply.status,
                "reason": reply.reason,
                "title": reply.title_cs,
                "advice": reply.advice_cs,
                "title_en": reply.title_en,
                "advice_en": reply.advice_en,
                "request_id": "%REQ(X-REQUEST-ID)%",
            },
            "content_type": "application/problem+json",
        },
        "headers_to_add": [*HEADERS, overwrite(REASON_HEADER, reply.reason)],
    }


def _status(status: int) -> Json:
    value = {"default_value": status, "runtime_key": f"brana.local_reply.{status}"}
    return {"status_code_filter": {"comparison": {"op": "EQ", "value": value}}}
