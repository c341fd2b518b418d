"""The proof of one entry as a text that anybody can check without us (C2SP tlog-proof).

Its `extra` are the bytes of the entry, so whoever has the file and the log's key needs nothing else.
"""

import base64
from collections.abc import Sequence

FIRST = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"


def proof_text(canonical: bytes, sequence: int, path: Sequence[bytes], note: str) -> str:
    """`path`: from the leaf upwards, in the tree that the checkpoint of `note` sealed."""
    hashes = [base64.b64encode(one).decode() for one in path]
    lines = [FIRST, f"extra {base64.b64encode(canonical).decode()}", f"index {sequence}", *hashes]
    return "".join(f"{line}\n" for line in lines) + f"\n{note}"
