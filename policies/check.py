"""What a start and `brana config check` want to know of the policies: everything that is wrong, in one go."""

from collections.abc import Iterable
from pathlib import Path

from config.vocabulary import ApplicationId, MunicipalityCode
from policies.load import read_folders
from policies.problems import Problem


def check(
    region: Path,
    municipalities: Path,
    district: Iterable[MunicipalityCode],
    applications: Iterable[ApplicationId] | None = None,
) -> list[Problem]:
    """Every problem of every policy file, in order of files and lines; an empty list means all is well.

    `applications`: ids of the configured applications (with `portal` and `audit`), to find misspelt ones.
    """
    known = None if applications is None else frozenset(applications)
    return list(read_folders(region, municipalities, frozenset(district), known).problems)
