"""What Envoy answers by itself when it cannot or will not forward: a page for people, JSON for programs."""

import base64
import html
import re
from hashlib import sha256

from config.vocabulary import REASON_HEADER
from gateway.envoy.authorization import UNAVAILABLE
from gateway.envoy.lua import script
from gateway.envoy.messages import Json, overwrite, typed
from gateway.envoy.reply_texts import (
    CROWDED,
    DESTINATION,
    FULL,
    HURRIED,
    OVERLOADED,
    REPLIES,
    UNDECIDED,
    Reply,
)

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
NUMBER = '%CEL(request.id.contains("<") ? "-" : request.id)%'
"""Before Envoy gives a number, it refuses with the client's: a page is no place for words of HTML."""
ONE_LETTER = re.compile(r"\b([aikosuvz]) (?=\w)", re.IGNORECASE)
"""No Czech line ends behind such a word (ČSN 01 6910)."""
DENIED = "ext_authz_denied"  # response code details of a refusal that came with its own page
NO_DECISION = "ext_authz_error"  # and of one for want of an answer
AGAIN = {
    "cs": '<p><a href="">Zkusit znovu</a></p>\n',  # asks for this very address, and sends no form
    "en": '<p><a href="">Try again</a></p>\n',
}
NO_ROOM = 507  # as the gate says that the log is full: a 503 may be anybody's
BY_SCRIPT = "lua_response"  # and of one by a script of ours: that of WebDAV, and the gate's
TOO_MANY, TOO_MUCH = "local_rate_limited", "overload"  # by `limits.py`


def local_replies(portal: str) -> Json:
    """`local_reply_config`: first match decides, so refusals of `gateway.authorize` come first, untouched.

    `portal`: its address, to which pages lead.
    """
    denied = _details(DENIED)
    waits = {"and_filter": {"filters": [denied, _status(UNAVAILABLE)]}}
    mappers: list[Json] = [{"filter": waits, "status_code": 503}, {"filter": denied}]
    rows = [
        (UNDECIDED, _details(NO_DECISION)),
        (CROWDED, _details(TOO_MANY)),
        (OVERLOADED, _details(TOO_MUCH)),
        *((one, _all(_details(BY_SCRIPT), _status(one.status))) for one in (DESTINATION, HURRIED)),
        (FULL, _all(_details(BY_SCRIPT), _status(NO_ROOM))),
    ]
    for reply, when in [*rows, *((one, _status(one.status)) for one in REPLIES)]:
        shown_as = {"status_code": reply.status} if reply is FULL else {}
        forms = (_message(reply, when), _page(reply, when, portal), _data(reply, when))
        mappers += [form | shown_as for form in forms]
    return {"mappers": mappers}


def _all(*filters: Json) -> Json:
    return {"and_filter": {"filters": list(filters)}}


def _headers(reply: Reply) -> list[Json]:
    later = [overwrite("retry-after", reply.retry_after)] if reply.retry_after else []
    return [*HEADERS, overwrite(REASON_HEADER, reply.reason), *later]


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
    texts |= {name: ONE_LETTER.sub("\\1\u00a0", texts[name]) for name in ("title_cs", "advice_cs")}
    style = STYLE.replace("%", "%%")  # a single one would begin a word of Envoy's
    again = {f"again_{language}": text if reply.passes else "" for language, text in AGAIN.items()}
    parts = {"style": style, "portal": _escaped(portal), "zone_cs": ZONE_CS, "number": NUMBER} | again
    page = script("local_reply.html").format_map(texts | parts)
    wants_page = {"header_filter": {"header": {"name": "accept", "string_match": {"contains": "text/html"}}}}
    return {
        "filter": {"and_filter": {"filters": [when, wants_page]}},
        "body_format_override": {
            "text_format_source": {"inline_string": page},
            "content_type": "text/html; charset=utf-8",
        },
        "headers_to_add": _headers(reply),
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
        "headers_to_add": _headers(reply),
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
        "headers_to_add": _headers(reply),
    }


def _status(status: int) -> Json:
    value = {"default_value": status, "runtime_key": f"brana.local_reply.{status}"}
    return {"status_code_filter": {"comparison": {"op": "EQ", "value": value}}}
