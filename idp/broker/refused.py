"""Why another provider's answer proves nothing."""

import msgspec

from idp.login.refusal import Refusal

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading JSON that somebody else wrote may come to."""


class UpstreamRefused(Exception):
    """`reason` for the person, the log and the test; `detail` for the operator's log, without anything secret."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
