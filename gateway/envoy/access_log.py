"""One line of JSON per request, into the spool."""

from pathlib import Path

from gateway.envoy.messages import GATE_METADATA, Json, typed

DECIDED = "metadata.filter_metadata['envoy.filters.http.ext_authz']['x-brana-gate']"


def access_log(spool: Path) -> list[Json]:
    """Two loggers on one file: requests that a grant let through, and all others."""
    fresh_words = {
        "fresh": True,
        "who": f"%DYNAMIC_METADATA({GATE_METADATA}:fresh)%",
        "municipality": "%FILTER_STATE(brana.municipality:PLAIN)%",
    }
    other_words = {"fresh": False, "who": _decided(2), "municipality": _decided(1)}
    return [_logger(spool, fresh_words, fresh=True), _logger(spool, other_words, fresh=False)]


def _decided(word: int) -> str:
    """A word of the `gate` text that the decision answered with (see docs/architecture.md, step 3)."""
    return f"%CEL({DECIDED}.split(' ')[{word}])%"


def _logger(spool: Path, words: Json, *, fresh: bool) -> Json:
    # This filter knows no `invert`: where something is written, `null` never matches.
    value: Json = {"present_match": True} if fresh else {"null_match": {}}
    matcher = {"filter": GATE_METADATA, "path": [{"key": "fresh"}], "value": value}
    cel = typed("envoy.extensions.formatter.cel.v3.Cel", cel_config={"enable_string_functions": True})
    return {
        "name": "envoy.access_loggers.file",
        "filter": {"metadata_filter": {"matcher": matcher, "match_if_key_not_found": not fresh}},
        "typed_config": typed(
            "envoy.extensions.access_loggers.file.v3.FileAccessLog",
            path=str(spool),
            log_format={
                "json_format": COMMON | words,
                "formatters": [] if fresh else [{"name": "envoy.formatter.cel", "typed_config": cel}],
            },
        ),
    }


COMMON: Json = {
    "time": "%START_TIME%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "route": "%ROUTE_NAME%",
    "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "method": "%REQ(:METHOD)%",
    "host": "%REQ(:AUTHORITY)%",
    "path": "%PATH(NQ:PATH)%",
    "status": "%RESPONSE_CODE%",
    "flags": "%RESPONSE_FLAGS%",
    "bytes_in": "%BYTES_RECEIVED%",
    "bytes_out": "%BYTES_SENT%",
    "duration_ms": "%DURATION%",
    "user_agent": "%REQ(USER-AGENT)%",
    "protocol": "%PROTOCOL%",
}
