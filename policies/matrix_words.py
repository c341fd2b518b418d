"""A matrix and its difference in words, and as data for programs. Pure."""

from collections.abc import Iterable
from typing import Any

from config.vocabulary import ApplicationId, AuthenticationLevel, Language, Role
from policies.matrix import DeviceState, Matrix
from policies.matrix_groups import Difference, Group, Spots, closed, permits
from policies.model import LEVELS, Route, Text
from policies.reasons import ACTION_NAMES, Names

CS, EN = Language.CZECH, Language.ENGLISH

DEVICE_TITLES: dict[DeviceState, Text] = {
    DeviceState.IN_ORDER: {CS: "spravované zařízení v pořádku", EN: "managed device in order"},
    DeviceState.UNMANAGED: {CS: "nespravované zařízení", EN: "unmanaged device"},
    DeviceState.UNKNOWN: {CS: "neznámé zařízení", EN: "unknown device"},
}
ALL_ROLES: Text = {CS: "všechny role", EN: "all roles"}
OR: Text = {CS: " nebo ", EN: " or "}
FROM_LEVEL: Text = {CS: "od {level}. úrovně přihlášení", EN: "from sign-in level {level}"}
AT_LEVELS: Text = {CS: "jen při úrovni přihlášení {levels}", EN: "at sign-in level {levels} only"}


def said(group: Group, names: Names, language: Language) -> str:
    """`účetní: Rozpočet – zapisovat, od 2. úrovně přihlášení`."""
    whole = set(group.roles) == set(Role)
    roles = ALL_ROLES[language] if whole else ", ".join(role.title_in(language) for role in group.roles)
    application = place_said(group.application, group.part, names, language)
    actions = ", ".join(ACTION_NAMES[action][language] for action in group.actions)
    ways = ways_said(group.spots, language)
    return f"{roles}: {application} – {actions}" + (f", {ways}" if ways else "")


def place_said(application: ApplicationId, part: Route | None, names: Names, language: Language) -> str:
    """`Rozpočet (reports)`: the application, and which named part of it."""
    title = names.applications.get(application)
    return titled(title[language] if title else application, part)


def titled(application: str, part: Route | None) -> str:
    return application if part is None else f"{application} ({part.id})"


def ways_said(spots: Spots, language: Language) -> str:
    """How one has to come; empty where it does not matter."""
    by_device = {device: frozenset(level for level, its in spots if its is device) for device in DeviceState}
    alike: dict[frozenset[AuthenticationLevel], list[DeviceState]] = {}
    for device, levels in by_device.items():
        if levels:
            alike.setdefault(levels, []).append(device)
    return "; ".join(part for levels, devices in alike.items() if (part := _part(levels, devices, language)))


def _part(levels: frozenset[AuthenticationLevel], devices: list[DeviceState], language: Language) -> str:
    numbers = sorted(LEVELS[level] for level in levels)
    words = []
    if numbers != list(range(numbers[0], len(LEVELS) + 1)):
        words.append(AT_LEVELS[language].format(levels=", ".join(map(str, numbers))))
    elif numbers[0] > 1:
        words.append(FROM_LEVEL[language].format(level=numbers[0]))
    if len(devices) < len(DeviceState):
        words.append(OR[language].join(DEVICE_TITLES[device][language] for device in devices))
    return ", ".join(words)


def matrix_content(matrix: Matrix, names: Names) -> dict[str, Any]:
    """Every cell, and in words what is permitted, and what an incident closes."""
    return {
        "municipality": matrix.municipality,
        "version": matrix.version,
        "at": matrix.at.now.isoformat(),
        "permits": _groups(permits(matrix), names),
        "closed_cells": _groups(closed(matrix), names),
        "cells": [
            {
                "role": case.role,
                "application": case.application,
                "action": case.action,
                "level": LEVELS[case.level],
                "device": case.device,
                "permits": answer.permits,
                "rule": answer.rule,
                "reason": answer.reason,
                "closed": answer.closed,
                **_part_content(case.part),
            }
            for case, answer in matrix.cells.items()
        ],
    }


def _part_content(part: Route | None) -> dict[str, str]:
    """Only of a named part: what is about the rest of an application says no more than it ever did."""
    return {} if part is None else {"part": part.id}


def difference_content(difference: Difference, names: Names) -> dict[str, Any]:
    return {
        "municipality": difference.municipality,
        "before": difference.before,
        "after": difference.after,
        "gained": _groups(difference.gained, names),
        "lost": _groups(difference.lost, names),
        "otherwise": difference.otherwise,
    }


def _groups(groups: Iterable[Group], names: Names) -> list[dict[str, Any]]:
    return [
        {
            "roles": group.roles,
            "application": group.application,
            **_part_content(group.part),
            "actions": group.actions,
            "ways": [
                {"level": LEVELS[level], "device": device}
                for device in DeviceState
                for level in AuthenticationLevel
                if (level, device) in group.spots
            ],
            "rules": group.rules,
            "reasons": group.reasons,
            "cells": group.cells,
            "said": {language.value: said(group, names, language) for language in Language},
        }
        for group in groups
    ]
