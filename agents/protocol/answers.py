"""What the gateway answered, read by the device: an answer, a refusal, or nothing that can be understood."""

from typing import TypeVar

import msgspec

from agents.protocol.messages import Refusal

LONGEST_ANSWER = 131_072
"""Octets; certificates of an authority are among them."""
Answer = TypeVar("Answer", bound=msgspec.Struct)


class NotUnderstood(Exception):
    """Whatever answered does not speak as a gateway; it is taken for one that did not answer."""

    def __init__(self, status: int) -> None:
        super().__init__(
            f"answer {status} is none of a gateway: look at the address, and what stands between"
        )
        self.status = status


def read_answer(status: int, body: bytes, of: type[Answer]) -> Answer | Refusal:
    """Raises NotUnderstood."""
    refused = 400 <= status < 500 or status == 503
    if len(body) > LONGEST_ANSWER or not (refused or status == 200):
        raise NotUnderstood(status)
    try:
        if refused:
            return msgspec.json.decode(body, type=Refusal)
        return msgspec.json.decode(body, type=of)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotUnderstood(status) from None
