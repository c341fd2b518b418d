"""The one refusal of a state that should move to another database."""


class StateNotMoved(Exception):
    """Neither the file nor the server's database was changed: why, and how to mend it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"nothing was moved: {what}\n    {remedy}")
