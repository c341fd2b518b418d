"""What Envoy is told about a stream: let it go on, let its trailers pass, end it.

Messages of `envoy.service.ext_proc.v3.ProcessingResponse` in Protocol Buffers' encoding. Three messages out of a
schema of hundreds need no generated code: a field is its number and type, a length, and its bytes
(protobuf.dev/programming-guides/encoding).
"""

from config.vocabulary import REASON_HEADER

REQUEST_HEADERS, RESPONSE_TRAILERS, IMMEDIATE_RESPONSE = 1, 6, 7  # fields of ProcessingResponse
STATUS, HEADERS, DETAILS = 1, 2, 5  # of ImmediateResponse
CODE = 1  # of HttpStatus
SET_HEADERS, HEADER, KEY, RAW_VALUE = 1, 1, 1, 3  # of HeaderMutation, HeaderValueOption, HeaderValue
UNAUTHORIZED = (
    401  # as for whoever must sign in; 403 has a page of Envoy's own (gateway/envoy/local_replies.py)
)
TOO_MANY_REQUESTS = 429  # RFC 6585 §4
LENGTH_DELIMITED, VARINT = 2, 0
CUT = "brana_cut_"
"""Before the reason, in the details of the answer that Envoy writes into its access log."""


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | LENGTH_DELIMITED) + _varint(len(content)) + content


GO_ON, TRAILERS_PASS = _field(REQUEST_HEADERS, b""), _field(RESPONSE_TRAILERS, b"")


def end(reason: str, status: int = UNAUTHORIZED) -> bytes:
    """End the stream; where no answer has begun, the answer has this status, and the reason in its header."""
    header = _field(KEY, REASON_HEADER.encode()) + _field(RAW_VALUE, reason.encode())
    code = _varint(CODE << 3 | VARINT) + _varint(status)
    return _field(
        IMMEDIATE_RESPONSE,
        _field(STATUS, code)
        + _field(HEADERS, _field(SET_HEADERS, _field(HEADER, header)))
        + _field(DETAILS, f"{CUT}{reason}".encode()),
    )
