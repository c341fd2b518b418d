"""Read the policy folders into a book of policies, or say everything that is wrong with them."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cedarpy

from config.district import District
from config.problem import ConfigurationRefused, Problem, together
from config.sources import DISK, Sources
from config.vocabulary import ApplicationId, MunicipalityCode, NetworkName, RouteName
from policies.evaluate import Contents, PolicyBook, Source
from policies.examine import SCHEMA_FILE, Examined, Unreadable
from policies.fault import Fault
from policies.incidents import Closure, policies_of
from policies.model import Text
from policies.reasons import Names
from policies.review import Bounds, PolicyFile, review
from policies.review_words import (
    FILE_TOO_LARGE,
    FILE_UNREADABLE,
    FOLDER_UNREADABLE,
    ID_USED_IN_FILE,
    NO_GUARDRAILS,
    NOBODYS_FILE,
    NOT_UTF8,
)
from policies.texts import CASES, CaseText

INCIDENTS = "incidents"
"""In the place of a file's name: what is closed for now."""
LARGEST_FILE = 1 << 20  # bytes; a set of policies that people can still read is far smaller
VERSION_LENGTH = 12  # hexadecimal digits, 48 bits: enough to tell versions apart, short enough to read out


class PoliciesUnusable(ConfigurationRefused):
    """The policies cannot be used as they are. `problems` lists everything that must be mended first."""


class CasesBroken(PoliciesUnusable):
    """Fit to decide, but not as the cases beside them say, or one of these cannot be read."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the folders hold after review."""

    region: Source
    municipal: dict[MunicipalityCode, Source]
    version: str
    contents: Contents
    problems: tuple[Problem, ...]
    incidents: Source | None = None
    cases: tuple[CaseText, ...] = ()


@dataclass(slots=True)
class _Reading:
    schema: cedarpy.Schema
    district: frozenset[MunicipalityCode]
    applications: frozenset[ApplicationId] | None
    networks: frozenset[NetworkName] | None
    routes: frozenset[RouteName] | None
    sources: Sources
    problems: list[Problem] = field(default_factory=list)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    files: dict[str, str] = field(default_factory=dict)
    cases: list[CaseText] = field(default_factory=list)
    examined: dict[str, Examined | Unreadable] = field(default_factory=dict)

    def review(self, file: Path, name: str, only: MunicipalityCode | None = None) -> PolicyFile | None:
        text = self._text(file)
        if text is None:
            return None
        bounds = Bounds(
            self.schema,
            self.district,
            self.applications,
            only,
            self.networks,
            self.routes,
            examined=self.examined,
        )
        return self._reviewed(file, name, text, bounds)

    def _reviewed(self, file: Path, name: str, text: str, bounds: Bounds) -> PolicyFile:
        self.digest.update(f"{name}\0{len(text)}\0{text}".encode())
        self.files[name] = hashlib.sha256(text.encode()).hexdigest()
        reviewed = review(file, text, bounds)
        self.problems += reviewed.problems
        return reviewed

    def closed(self, incidents: Iterable[Closure]) -> Source | None:
        """Made by ourselves, and reviewed all the same. What a closure names may be gone: it closes what is left."""
        closures = tuple(incidents)
        if not closures:
            return None
        district = self.district | {one.municipality for one in closures if one.municipality is not None}
        bounds = Bounds(self.schema, district, incidents=True)
        reviewed = self._reviewed(Path(INCIDENTS), INCIDENTS, policies_of(closures), bounds)
        return Source(reviewed.text, reviewed.policies)

    def keep_cases(self, file: Path, name: str, only: MunicipalityCode | None = None) -> None:
        """They decide nothing, so they are no part of the version."""
        if (text := self._text(file)) is not None:
            self.files[name] = hashlib.sha256(text.encode()).hexdigest()
            self.cases.append(CaseText(file, text, only))

    def complain(self, file: Path, fault: Fault) -> None:
        self.problems.append(fault.at(file, 0))

    def _text(self, file: Path) -> str | None:
        try:
            if self.sources.size(file) > LARGEST_FILE:
                self.complain(file, FILE_TOO_LARGE.of())
                return None
            return self.sources.text(file)
        except UnicodeDecodeError:
            self.complain(file, NOT_UTF8.of())
        except OSError as error:
            self.complain(file, FILE_UNREADABLE.of(said=str(error.strerror)))
        return None


def load(  # noqa: PLR0913 - what may be named is given by its kind
    region: Path,
    municipalities: Path,
    district: District,
    applications: Mapping[ApplicationId, Text] | None = None,
    sources: Sources = DISK,
    *,
    any_application: bool = False,
    networks: Collection[NetworkName] | None = None,
    routes: Collection[RouteName] | None = None,
    incidents: Iterable[Closure] = (),
    by_cases: bool | MunicipalityCode = False,
    untried: Callable[[Iterable[Problem]], object] = list,
    headings: Mapping[ApplicationId, Text] | None = None,
) -> PolicyBook:
    """Make the book of policies of a district.

    `applications` (id → titles) gives refusals their words and finds misspelt ids; left out, or with
    `any_application`, any id will do. `networks`, `routes`: those that policies may name; None for any. `incidents`:
    what is closed for now. `by_cases`: they must do what the cases beside them say, everywhere or at that municipality.
    `untried`: is given what could not be tried of what must never be. `headings`: titles for lists, where sentences
    call an application otherwise.
    Raises PoliciesUnusable with every problem of every file, and CasesBroken where nothing else is wrong.
    """
    known = None if applications is None or any_application else frozenset(applications)
    read = read_folders(
        region,
        municipalities,
        frozenset(district),
        known,
        sources,
        networks=None if networks is None else frozenset(networks),
        routes=None if routes is None else frozenset(routes),
        incidents=incidents,
    )
    if read.problems:
        raise PoliciesUnusable(together(read.problems))
    names = Names(district, dict(applications or {}), dict(headings or {}))
    where = None if isinstance(by_cases, bool) else by_cases
    if by_cases and (found := broken_cases(read, names, where, untried)):
        raise CasesBroken(found)
    return PolicyBook(read.region, read.municipal, names, read.version, read.contents, read.incidents)


def broken_cases(
    read: Read,
    names: Names,
    only: MunicipalityCode | None = None,
    untried: Callable[[Iterable[Problem]], object] = list,
) -> list[Problem]:
    """What is wrong with the cases, else where the policies do not do what they say; `only`: at one municipality."""
    from policies import trial  # noqa: PLC0415 - only a change of policies pays for it
    from policies.case_files import read_all  # noqa: PLC0415

    files = read_all(read.cases, names.district)
    faults = [problem for one in files for problem in one.problems]
    if faults:
        return faults
    found = list(trial.tried(read.region, read.municipal, names, files, only))
    untried(trial.untried(found, names.district))
    return trial.broken(found, names.district)


def read_folders(
    region: Path,
    municipalities: Path,
    district: frozenset[MunicipalityCode],
    applications: frozenset[ApplicationId] | None,
    sources: Sources = DISK,
    *,
    networks: frozenset[NetworkName] | None = None,
    routes: frozenset[RouteName] | None = None,
    incidents: Iterable[Closure] = (),
) -> Read:
    """Read and review both folders; never raises for what is in them."""
    schema = SCHEMA_FILE.read_text("utf-8")
    reading = _Reading(cedarpy.Schema.from_str(schema), district, applications, networks, routes, sources)
    reading.digest.update(schema.encode())
    reading.files["schema"] = hashlib.sha256(schema.encode()).hexdigest()
    guardrails = _read_region(reading, region)
    municipal = _read_municipalities(
        reading, municipalities, {policy.id: policy.file for policy in guardrails.policies}
    )
    closed = reading.closed(incidents)
    digest = reading.digest.hexdigest()
    found = (guardrails, *municipal.values(), *([closed] if closed else []))
    contents = Contents(digest, sum(len(source.policies) for source in found), reading.files)
    version, problems = digest[:VERSION_LENGTH], tuple(sorted(reading.problems))
    return Read(guardrails, municipal, version, contents, problems, closed, tuple(reading.cases))


def _read_region(reading: _Reading, folder: Path) -> Source:
    reviewed = [
        file for path in _files(reading, folder) if (file := reading.review(path, f"region/{path.name}"))
    ]
    for path in _files(reading, folder, CASES):
        reading.keep_cases(path, f"region/{path.name}")
    owner: dict[str, Path] = {}
    for file in reviewed:
        for policy in file.policies:
            if policy.id in owner:
                fault = ID_USED_IN_FILE.of(id=policy.id, file=str(owner[policy.id]))
                reading.problems.append(fault.at(file.path, policy.line, policy.column))
            owner.setdefault(policy.id, file.path)
    policies = tuple(policy for file in reviewed for policy in file.policies)
    if not policies and not reading.problems:
        reading.complain(folder, NO_GUARDRAILS.of())
    return Source("\n".join(file.text for file in reviewed), policies)


def _read_municipalities(
    reading: _Reading, folder: Path, taken: dict[str, Path]
) -> dict[MunicipalityCode, Source]:
    sources: dict[MunicipalityCode, Source] = {}
    for path in _files(reading, folder, CASES):
        if (code := _whose(reading, path, CASES)) is not None:
            reading.keep_cases(path, f"municipalities/{path.name}", code)
    for path in _files(reading, folder):
        if (code := _whose(reading, path)) is None:
            continue
        file = reading.review(path, f"municipalities/{path.name}", code)
        if file is None:
            continue
        for policy in file.policies:
            if policy.id in taken:
                fault = ID_USED_IN_FILE.of(id=policy.id, file=str(taken[policy.id]))
                reading.problems.append(fault.at(path, policy.line, policy.column))
        if file.policies:
            sources[code] = Source(file.text, file.policies)
    return sources


def _whose(reading: _Reading, path: Path, suffix: str = ".cedar") -> MunicipalityCode | None:
    code = MunicipalityCode(path.name.removesuffix(suffix))
    if code in reading.district:
        return code
    reading.complain(path, NOBODYS_FILE.of(code=code))
    return None


def _files(reading: _Reading, folder: Path, suffix: str = ".cedar") -> list[Path]:
    try:
        return [path for path in reading.sources.files(folder) if path.name.endswith(suffix)]
    except OSError as error:
        reading.complain(folder, FOLDER_UNREADABLE.of(said=str(error.strerror)))
        return []
