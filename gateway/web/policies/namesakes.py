"""Two people of one name on a page: each is told with the login beside it."""

from collections.abc import Collection, Iterable, Mapping


def told_apart(people: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """Of people by subject, name and login: what each is called, by subject."""
    those = list(people)
    shared = namesakes({subject: name for subject, name, _ in those})
    return {subject: f"{name} ({login})" if subject in shared else name for subject, name, login in those}


def namesakes(names: Mapping[str, str]) -> Collection[str]:
    """Who of them has the name of somebody else. `names`: by subject."""
    of: dict[str, list[str]] = {}
    for subject, name in names.items():
        of.setdefault(name, []).append(subject)
    return [subject for those in of.values() if len(those) > 1 for subject in those]
