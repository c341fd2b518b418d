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


LINE: Json = {
    "fresh": f"%FILTER_STATE({FRESH}:PLAIN)%",
    "decided": "%DYNAMIC_METADATA(envoy.filters.http.ext_authz:x-brana-gate)%",
    "time": "%START_TIME%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "route": "%ROUTE_NAME%",
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
