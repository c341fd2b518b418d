"""What a route of an application asks for, in one word: its action, and behind an `@` its name if it has one.

The name of Envoy's route, a grant and a stream say it so; who may do `read` may by that not do `read@reports`.
"""

from config.vocabulary import Action, RouteName

BETWEEN = "@"


def asked_word(action: str, name: RouteName | None) -> str:
    return action if name is None else f"{action}{BETWEEN}{name}"


def parts_of(word: str) -> tuple[str, RouteName | None]:
    """Action and name of the route as they stand there; inverse of `asked_word`."""
    action, named, name = word.partition(BETWEEN)
    return action, RouteName(name) if named else None


def asked_in(word: str) -> tuple[Action, RouteName | None]:
    """Raises ValueError for what is no action."""
    action, name = parts_of(word)
    return Action(action), name
