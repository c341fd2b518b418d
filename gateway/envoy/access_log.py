"""One line of text per request, into the spool.

What a client says may stand in a line as it is: fields are parted by a carriage return, which Envoy lets into no header
and no path (RFC 9110 §5.5), as little as the line feed behind them. So nobody can write a field or a line of their own.
JSON, which is escaped sign by sign, costs a twentieth of a request more.
"""

from pathlib import Path

from config.vocabulary import REASON_HEADER
from gateway.envoy.messages import FRESH, Json, typed
from gateway.envoy.reply_texts import FULL

SEPARATOR = "\r"
FIELDS = {
    "time": "%START_TIME%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "route": "%ROUTE_NAME%",
    "fresh": f"%FILTER_STATE({FRESH}:PLAIN)%",
    "decided": "%DYNAMIC_METADATA(envoy.filters.http.ext_authz:x-brana-gate)%",
    "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "method": "%REQ(:METHOD)%",
    "host": "%REQ(:AUTHORITY)%",
    "path": "%PATH(NQ:PATH)%",
    "status": "%RESPONSE_CODE%",
    "reason": f"%RESP({REASON_HEADER})%",
    "flags": "%RESPONSE_FLAGS%",
    "ended": "%RESPONSE_CODE_DETAILS%",
    "bytes_in": "%BYTES_RECEIVED%",
    "bytes_out": "%BYTES_SENT%",
    "duration_ms": "%DURATION%",
    "user_agent": "%REQ(USER-AGENT)%",
    "protocol": "%PROTOCOL%",
}
"""`-` where there is nothing."""


UNWRITTEN = f"'{REASON_HEADER}' in response.headers && response.headers['{REASON_HEADER}'] == '{FULL.reason}'"
"""Refused as there is no room for lines: what is kept is for those who were let in before."""


def access_log(spool: Path) -> list[Json]:
    line = SEPARATOR.join(FIELDS.values()) + "\n"
    return [
        {
            "name": "envoy.access_loggers.file",
            "filter": _written(),
            "typed_config": typed(
                "envoy.extensions.access_loggers.file.v3.FileAccessLog",
                path=str(spool),
                log_format={"text_format_source": {"inline_string": line}},
            ),
        }
    ]


def _written() -> Json:
    """Everything but that; numbers first, as words are asked for of few."""
    cel = typed(
        "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter", expression=f"!({UNWRITTEN})"
    )
    return {
        "or_filter": {
            "filters": [
                _status("LE", FULL.status - 1),
                _status("GE", FULL.status + 1),
                {
                    "extension_filter": {
                        "name": "envoy.access_loggers.extension_filters.cel",
                        "typed_config": cel,
                    }
                },
            ]
        }
    }


def _status(comparison: str, status: int) -> Json:
    value = {"default_value": status, "runtime_key": f"brana.access_log.{status}"}
    return {"status_code_filter": {"comparison": {"op": comparison, "value": value}}}
