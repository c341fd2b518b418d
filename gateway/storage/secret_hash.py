"""Argon2id of secrets that people copy by hand (RFC 9106 §4, second recommended option, with less memory).

One comparison takes about 30 ms and 19 MiB, so at most two run at once, in threads of their own, and few may wait:
a stranger who sends nonsense gets neither the processors nor the memory.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AT_ONCE = 2
WAITING = 8
MEMORY_KIB, PASSES = 19 * 1024, 2


class TooBusy(Exception):
    """So many secrets are being compared that another one would wait for too long; try again in a moment."""


class SecretHashes:
    def __init__(self) -> None:
        self._under_way = 0

    async def matches(self, kept: str, secret: str) -> bool:
        """Whether `secret` is what `kept` is the hash of. Raises TooBusy."""
        if self._under_way >= AT_ONCE + WAITING:
            raise TooBusy
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self._matches, kept, secret
            )
        finally:
            self._under_way -= 1

    def hashed(self, secret: str) -> str:
        return self._hasher.hash(secret)

    def close(self) -> None:
        if "_threads" in self.__dict__:
            self._threads.shutdown(cancel_futures=True)

    def _matches(self, kept: str, secret: str) -> bool:
        from argon2.exceptions import VerifyMismatchError  # noqa: PLC0415 - as in `_hasher`

        try:
            return self._hasher.verify(kept, secret)
        except VerifyMismatchError:
            return False

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher  # noqa: PLC0415 - only an emergency pays the memory of it

        return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, "secret-hash")
