"""What the two kinds of databases must do for `Database` and its writer."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Engine

from gateway.storage.allowance import Allowance


class Backend(Protocol):
    @property
    def where(self) -> str:
        """For people."""
        ...

    @property
    def engine(self) -> Engine:
        """Its connections leave BEGIN and COMMIT to us."""
        ...

    @property
    def begin_reading(self) -> str:
        """Begins a snapshot."""
        ...

    @property
    def begin_writing(self) -> Sequence[str]:
        """Begin a transaction beside which nobody else writes, on whichever machine."""
        ...

    @property
    def for_writing(self) -> Sequence[str]:
        """Said once to a connection on which all is written, before its first transaction."""
        ...

    def require_in_place(self) -> None:
        """Within a transaction that writes: it will be found where it was. Raises DatabaseUnusable."""
        ...

    @property
    def group(self) -> int:
        """Writes of one commit at most: bounds how long the first of them waits."""
        ...

    @property
    def near(self) -> bool:
        """A point query takes so little that a thread of its own would cost more."""
        ...

    def held_to(self, connection: Connection, allowance: Allowance, /) -> AbstractContextManager[None]:
        """Within a transaction that reads: statements are broken off where the allowance says so."""
        ...

    def again(self, error: BaseException, /) -> bool:
        """Whether what was tried, and left no trace, may succeed when it is tried once more."""
        ...
