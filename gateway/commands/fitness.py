"""Everything that must hold before anything is started, in one order for every command that starts or checks.

What needs no state is looked at first, so that a fault of the configuration leaves no trace on the disk. A
fault of one stage hides no fault of another, as far as the other can still be judged without it.
"""

import asyncio
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config.district import District
from config.doubt import Finding, without_doubt
from config.files import file_fault
from config.fleet import authority_file, node_file
from config.hosts import hosts_of, our_hosts, technical_hosts_of
from config.load import LoadedSettings, read
from config.problem import ConfigurationRefused, Problem
from config.settings import Settings
from config.sources import ACCEPTED, DISK, Accepted, Noting, Sources
from config.toml_lines import line_of, lines_of
from config.tunnel_pools import pool_doubts
from config.vocabulary import DirectoryName
from gateway.audit.questions import faults as question_faults
from gateway.audit.reasons import TAKEN
from gateway.commands import lock
from gateway.commands.certificate import certificate_faults
from gateway.commands.countries import country_faults
from gateway.commands.decisions import policy_book
from gateway.commands.preflight import (
    CannotStart,
    machine_faults,
    momentary_faults,
    prepare_state,
    require_free_ports,
)
from gateway.commands.rehearsal import (
    application_faults,
    building_faults,
    client_faults,
    directory_doubts,
    directory_faults,
    saml_faults,
    upstream_faults,
)
from gateway.commands.settings_at_start import at_start
from gateway.commands.shared_policies import (
    book_of,
    edited_alone,
    in_force,
    own_texts,
)
from gateway.commands.state import State, now, opened
from gateway.fleet import papers
from gateway.storage.audit import append
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable, DirectoryUnusable
from idp.directory.federation import Federation
from policies.brought import BringsFaults, LeftWithoutPolicies, require_fit
from policies.evaluate import PolicyBook
from policies.load import CasesBroken, PoliciesUnusable
from policies.texts import digest_of

NOT_TAKEN = "the policies in force stay as they are: mend these files and reload"
WHICH_APPLICATIONS = re.compile(r"applications(\[[0-9]+\](\.id)?)?")


def checked(
    configuration: Path, sources: Sources = DISK, *, builds: bool = True, by_cases: bool = True
) -> tuple[Settings, District, PolicyBook]:
    """Configuration, machine, certificate and policies; changes nothing. Raises ConfigurationRefused with all,
    CasesBroken where the policies do not do what the cases beside them say and nothing else is wrong.

    `builds`: whether it is tried to make of it what is served; else the caller makes it at once. `by_cases`: whether
    the cases are tried.
    """
    reading = read(configuration, sources)
    settings, district = reading.settings, reading.district
    found = [
        *machine_faults(settings),
        *client_faults(settings.oidc_clients),
        *saml_faults(settings),
        *upstream_faults(settings.upstream_providers),
        *directory_faults(settings.directories),
        *application_faults(settings.applications),
        *question_faults(settings.audit.questions),
        *_certificate_faults(reading),
        *country_faults(settings),
    ]
    own = [reading.problem(*one) for one in without_doubt(found, (), reading.faulty)]
    book, unusable = None, None
    try:
        book = _policies(reading, sources, by_cases=by_cases)
    except PoliciesUnusable as refused:
        unusable = refused
    problems = [*reading.problems, *own, *(unusable.problems if unusable else ())]
    if isinstance(unusable, CasesBroken) and len(problems) == len(unusable.problems):
        raise unusable
    if problems or district is None or book is None:
        ours = [one for one in problems if one.file == configuration]
        ours.sort(key=lambda problem: problem.line)
        raise ConfigurationRefused([*ours, *(one for one in problems if one.file != configuration)])
    if builds:
        require_buildable(configuration, settings, district, sources)
    return settings, district, book


def ready_to_start(
    configuration: Path, *, directory: bool = True, holder: int | None = None
) -> tuple[State, int]:
    """An opened state, and the descriptor of the lock that makes it ours. Raises what the parts raise.

    From here on this configuration is the accepted one: every process of this start goes by what was read here.
    `directory`: whether the office directory must answer, as the settings say. `holder`: the process that is to be
    ended where somebody else wants the folder; None for this one.
    """
    sources = Noting()
    settings, district, book = checked(configuration, sources, by_cases=False)
    require_cases(settings, district, sources)
    if not lock.is_taken(settings.state.directory):  # else that is told, and not the ports which it holds
        require_free_ports(settings)
    if directory:
        asyncio.run(require_directory(configuration, settings))
    prepare_state(settings.state)
    require_papers(settings)
    held = lock.take(settings.state.directory, holder)
    state = opened(settings, district)
    try:
        state.keys  # noqa: B018 - opened here, so that a missing master key is told before anything runs
        require_shared_policies(state, sources)
        if entries := at_start(configuration, state, sources, book.version):
            state.database.write_soon(lambda connection: append(connection, entries)).result()
        sources.keep(settings.state.directory / ACCEPTED)
    except BaseException:
        state.database.close()
        raise
    return state, held


def require_cases(settings: Settings, district: District, sources: Sources) -> None:
    """A start with other policies than were accepted is a change of them, and tried as one. Raises CasesBroken."""
    kept = settings.state.directory / ACCEPTED
    if not kept.exists():
        return
    try:
        before = own_texts(settings, Accepted.read(kept))
    except (ConfigurationRefused, OSError):  # of a version that accepted no cases, for one
        before = {}
    if own_texts(settings, sources) != before:
        policy_book(settings, district, sources, by_cases=True)


def require_shared_policies(state: State, sources: Sources = DISK) -> None:
    """Those in force can be loaded here: an upgrade of a fleet ends at the first node that cannot, and is told.

    The files here can be: `checked` has loaded them. Where nothing is in force yet they have to be such as come into
    force. An edit that brings faults, or leaves a municipality without policies, is told, and what is in force
    stays. Raises SharedPoliciesUnusable, BringsFaults.
    """
    found, own = in_force(state), own_texts(state.settings, sources)
    if found is None:
        require_fit({}, own, state.district, TAKEN)
        return
    if digest_of(own) == found.digest:
        return
    if edited_alone(state, own, found):
        try:
            require_fit(found.texts, own, state.district, TAKEN)
        except (LeftWithoutPolicies, BringsFaults) as refused:
            sys.stderr.write(f"brana: {refused}\n    {NOT_TAKEN}\n")
        else:
            return
    book_of(state, found)


def is_edge(configuration: Path) -> bool:
    """Whether this machine keeps nothing: it has no database to open. Raises only where the file is no TOML."""
    fleet = read(configuration).settings.fleet
    return fleet is not None and not fleet.decides


def edge_ready_to_start(configuration: Path, *, holder: int | None = None) -> tuple[Settings, int]:
    """The same for an edge: what needs directories, policies or a database is looked at where they are."""
    sources = Noting()
    settings, _ = edge_checked(configuration, sources)
    if not lock.is_taken(settings.state.directory):
        require_free_ports(settings)
    prepare_state(settings.state)
    require_papers(settings)
    held = lock.take(settings.state.directory, holder)
    sources.keep(settings.state.directory / ACCEPTED)
    return settings, held


def edge_checked(configuration: Path, sources: Sources = DISK) -> tuple[Settings, District]:
    """Raises ConfigurationRefused with all."""
    reading = read(configuration, sources)
    settings, district = reading.settings, reading.district
    found = [
        *machine_faults(settings),
        *application_faults(settings.applications),
        *_certificate_faults(reading),
    ]
    own = [reading.problem(*one) for one in without_doubt(found, (), reading.faulty)]
    problems = [*reading.problems, *own]
    if problems or district is None:
        raise ConfigurationRefused(sorted(problems, key=lambda problem: problem.line))
    _refuse(configuration, list(building_faults(settings, district)), sources)
    return settings, district


def require_papers(settings: Settings) -> None:
    """Raises CannotStart for a node of a fleet that has not joined it yet, or was away until its papers had ended."""
    if settings.fleet is None:
        return
    state = settings.state.directory
    how = "found the fleet on its first node with `brana fleet authority`, join with `brana fleet join` on others"
    for file in (authority_file(state), node_file(state)):
        if (fault := file_fault(file)) is not None:
            raise CannotStart(f"this node has not joined its fleet: {fault[0]}", how)
    left = papers.good_for(state, now())
    if left.total_seconds() <= 0:
        raise CannotStart(f"the certificate in {node_file(state)} has ended", "join again: brana fleet join")


def require_ready(configuration: Path, settings: Settings) -> None:
    """Ports and space, unless the product runs here: then they are its own. Raises ConfigurationRefused."""
    if not lock.is_taken(settings.state.directory):
        _refuse(configuration, momentary_faults(settings))


async def require_directory(configuration: Path, settings: Settings) -> None:
    """That some are away is told, as their people alone cannot come in. Raises ConfigurationRefused with all."""
    troubles = await troubles_of_directories(settings)
    if not may_start(settings, troubles):
        raise ConfigurationRefused(problems_of_directories(configuration, settings, troubles))
    for trouble in troubles.values():
        sys.stderr.write(f"brana: {trouble}\n    its people cannot sign in until it answers\n")


def problems_of_directories(
    configuration: Path, settings: Settings, troubles: Mapping[DirectoryName, DirectoryUnusable]
) -> list[Problem]:
    """Each directory that is not as the settings say or does not answer, by its name and where it stands."""
    lines = lines_of(configuration.read_text(encoding="utf-8-sig"))
    found: list[Problem] = []
    for number, directory in enumerate(settings.directories):
        trouble, at = troubles.get(directory.name), f"directories[{number}]"
        if isinstance(trouble, DirectoryUnreachable):
            at, what, mend = f"{at}.servers", f"{trouble.url} cannot be reached", trouble.hint
        elif isinstance(trouble, DirectoryMisconfigured):
            what, mend = trouble.what, trouble.hint
        else:
            continue
        told = f"{at}: directory {directory.name}: {what}"
        found.append(Problem(configuration, line_of(at, lines), told, mend))
    return found


async def troubles_of_directories(settings: Settings) -> dict[DirectoryName, DirectoryUnusable]:
    """Bind and search once in each: those that are not as the settings say, or do not answer."""
    federation = Federation(settings.directories)
    try:
        looks = (reader.people([]) for reader in federation.readers.values())
        answers = await asyncio.gather(*looks, return_exceptions=True)
    finally:
        federation.close()
    troubles: dict[DirectoryName, DirectoryUnusable] = {}
    for name, answer in zip(federation.readers, answers, strict=True):
        if isinstance(answer, DirectoryUnusable):
            troubles[name] = answer
        elif isinstance(answer, BaseException):
            raise answer
    return troubles


def may_start(settings: Settings, troubles: Mapping[DirectoryName, DirectoryUnusable]) -> bool:
    """Those that are merely away hurt their own people alone, as long as another one answers."""
    away = all(isinstance(one, DirectoryUnreachable) for one in troubles.values())
    return away and len(troubles) < len(settings.directories)


def require_buildable(
    configuration: Path, settings: Settings, district: District, sources: Sources = DISK
) -> None:
    """The control plane can make of the settings what it serves. Raises ConfigurationRefused."""
    apart = [
        *client_faults(settings.oidc_clients),
        *saml_faults(settings),
        *upstream_faults(settings.upstream_providers),
        *directory_faults(settings.directories),
        *application_faults(settings.applications),
    ]
    _refuse(configuration, apart or list(building_faults(settings, district)), sources)


def notes(configuration: Path, settings: Settings) -> list[Problem]:
    """What may be meant, and most often is not."""
    lines = lines_of(configuration.read_text(encoding="utf-8-sig"))
    found = [*directory_doubts(settings.directories), *_alone_enough(settings), *pool_doubts(settings)]
    return [Problem(configuration, line_of(at, lines), f"{at}: {what}", mend) for at, what, mend in found]


def _alone_enough(settings: Settings) -> Iterator[Finding]:
    if settings.policies.from_files == "activate":
        yield (
            "policies.from_files",
            "policies edited in files come into force at once: one person on this machine is enough",
            'set "propose" where somebody else is to approve them',
        )


def _refuse(configuration: Path, faults: Sequence[Finding], sources: Sources = DISK) -> None:
    if faults:
        lines = lines_of(sources.text(configuration))
        raise ConfigurationRefused(
            [Problem(configuration, line_of(at, lines), f"{at}: {what}", mend) for at, what, mend in faults]
        )


def _certificate_faults(reading: LoadedSettings) -> list[Finding]:
    public = reading.settings.public
    hosts: list[str] = []
    if reading.sound("public.domain"):
        hosts += our_hosts(reading.settings)
        for number, application in enumerate(reading.settings.applications):
            if reading.sound(f"applications[{number}].host"):
                hosts += hosts_of(application, reading.district or ())
            if reading.sound(f"applications[{number}].technical_host"):
                hosts += technical_hosts_of(application, reading.district or ())
    files = {"public.certificate": public.certificate, "public.key": public.key}
    chain, key = (None if file_fault(one) else one.read_bytes() for one in files.values())
    faults = certificate_faults(chain, key, list(dict.fromkeys(hosts)), now())
    return [(at, f"{files[at]}: {what}", mend) for at, what, mend in faults]


def _policies(reading: LoadedSettings, sources: Sources, *, by_cases: bool) -> PolicyBook | None:
    """Where it is not known which applications there are, any that a policy names will do, and no case is tried.

    Raises PoliciesUnusable.
    """
    if reading.district is None or not reading.sound("policies"):
        return None
    doubtful = any(WHICH_APPLICATIONS.fullmatch(one) for one in reading.faulty)
    return policy_book(
        reading.settings,
        reading.district,
        sources,
        any_application=doubtful,
        by_cases=by_cases and not doubtful,
    )
