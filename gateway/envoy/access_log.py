"""One line of JSON per request, into the spool."""

from pathlib import Path

from config.vocabulary import REASON_HEADER
from gateway.envoy.messages import FRESH, Json, typed


def access_log(spool: Path) -> list[Json]:
    return [
        {
            "name": "envoy.access_loggers.file",
            "typed_config": typed(
                "envoy.extensions.access_loggers.file.v3.FileAccessLog",
                path=str(spool),
                log_format={"json_format": LINE},
            ),
        }
    ]


FACTS = {
    "time": "%START_TIME%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "status": "%RESPONSE_CODE%",
    "flags": "%RESPONSE_FLAGS%",
    "bytes_in": "%BYTES_RECEIVED%",
    "bytes_out": "%BYTES_SENT%",
    "duration_ms": "%DURATION%",
    "protocol": "%PROTOCOL%",
}
"""What Envoy alone says, in words without spaces: as one text they cost a fiftieth of a request less than as fields."""
LINE: Json = {
    "facts": " ".join(FACTS.values()),
    "fresh": f"%FILTER_STATE({FRESH}:PLAIN)%",
    "decided": "%DYNAMIC_METADATA(envoy.filters.http.ext_authz:x-brana-gate)%",
    "route": "%ROUTE_NAME%",
    "method": "%REQ(:METHOD)%",
    "host": "%REQ(:AUTHORITY)%",
    "path": "%PATH(NQ:PATH)%",
    "reason": f"%RESP({REASON_HEADER})%",
    "ended": "%RESPONSE_CODE_DETAILS%",
    "user_agent": "%REQ(USER-AGENT)%",
}
