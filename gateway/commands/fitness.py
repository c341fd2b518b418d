"""Everything that must hold before anything is started, in one order for every command that starts or checks.

What needs no state is looked at first, so that a fault of the configuration leaves no trace on the disk.
"""

import asyncio
from pathlib import Path

from config.consistency import BUILT_IN_HOSTS, hosts_of
from config.district import District
from config.load import load
from config.problem import ConfigurationRefused, Problem
from config.settings import Settings
from config.toml_lines import line_of, lines_of
from gateway.commands import lock
from gateway.commands.certificate import certificate_faults
from gateway.commands.decisions import policy_book
from gateway.commands.preflight import prepare_state, require_free_ports
from gateway.commands.state import State, now, opened
from idp.directory.reader import DirectoryReader
from policies.evaluate import PolicyBook


def checked(configuration: Path) -> tuple[Settings, District, PolicyBook]:
    """Configuration, certificate and policies; changes nothing. Raises ConfigurationRefused, PoliciesUnusable."""
    settings, district = load(configuration)
    require_certificate(configuration, settings, district)
    return settings, district, policy_book(settings, district)


def ready_to_start(configuration: Path, *, directory: bool = True) -> tuple[State, int]:
    """An opened state, and the descriptor of the lock that makes it ours. Raises what the parts raise.

    `directory`: whether the office directory must answer, as the settings say.
    """
    settings, district, _ = checked(configuration)
    if not lock.is_taken(settings.state.directory):  # else that is told, and not the ports which it holds
        require_free_ports(settings)
    if directory:
        asyncio.run(require_directory(settings))
    prepare_state(settings.state)
    held = lock.take(settings.state.directory)
    state = opened(settings, district)
    try:
        state.keys  # noqa: B018 - opened here, so that a missing master key is told before anything runs
    except BaseException:
        state.database.close()
        raise
    return state, held


async def require_directory(settings: Settings) -> None:
    """Bind and search once. Raises DirectoryUnreachable, DirectoryMisconfigured."""
    reader = DirectoryReader(settings.directory)
    try:
        await reader.people([])
    finally:
        reader.close()


def require_certificate(configuration: Path, settings: Settings, district: District) -> None:
    """Raises ConfigurationRefused with every fault of the public certificate and key."""
    public = settings.public
    hosts = [f"{name}.{public.domain}" for name in BUILT_IN_HOSTS]
    for application in settings.applications:
        hosts += hosts_of(application, district)
    faults = certificate_faults(public.certificate.read_bytes(), public.key.read_bytes(), hosts, now())
    if faults:
        lines = lines_of(configuration.read_text(encoding="utf-8-sig"))
        files = {"public.certificate": public.certificate, "public.key": public.key}
        raise ConfigurationRefused(
            [
                Problem(configuration, line_of(at, lines), f"{at}: {files[at]}: {what}", mend)
                for at, what, mend in faults
            ]
        )
