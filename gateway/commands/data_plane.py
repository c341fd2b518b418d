"""What Envoy is told of this installation, and why it refuses it where it does."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from config.problem import Problem
from config.settings import Application, Settings
from config.toml_lines import line_of, lines_of
from config.vocabulary import ApplicationId
from gateway.commands.application_accounts import accounts_of
from gateway.commands.state import State
from gateway.envoy.discovery import Rejection, all_resources
from gateway.envoy.messages import Json, Surroundings
from gateway.envoy.trial import objection


def resources_of(state: State, settings: Settings, keys: Mapping[str, Any]) -> dict[str, list[Json]]:
    """By the settings' own list of applications; `keys` as `KeysInForce.for_gates` gives them.

    Raises PasswordUnusable, OSError.
    """
    return all_resources(
        settings,
        Surroundings(
            run=state.run,
            spool=state.access_log,
            district=tuple(state.district),
            token_keys=keys["tokens"],
            accounts=accounts_of(settings.applications),
        ),
    )


async def refused_by_envoy(
    configuration: Path,
    state: State,
    keys: Mapping[str, Any],
    suspects: Collection[ApplicationId],
    rejection: Rejection,
) -> Problem:
    """`state`: with the settings that were refused; `suspects`: applications that are new in them or changed."""
    lines = lines_of(configuration.read_text(encoding="utf-8-sig"))
    found = await _culprit(state, keys, [one for one in state.settings.applications if one.id in suspects])
    if found is not None:
        application, words = found
        at = f"applications[{state.settings.applications.index(application)}]"
        said = f"{at}: Envoy refuses the application {application.id}: {words}"
        return Problem(configuration, line_of(at, lines), said, "correct what it names")
    words = await objection(resources_of(state, state.settings, keys), state.run) or str(rejection)
    return Problem(configuration, 0, f"Envoy refuses it: {words}", "correct what it names")


async def _culprit(
    state: State, keys: Mapping[str, Any], suspects: Sequence[Application]
) -> tuple[Application, str] | None:
    """The first to which Envoy objects for itself, and its words: halves are tried, as thousands may be new."""

    async def words_on(some: Sequence[Application]) -> str | None:
        settings = replace(state.settings, applications=list(some))
        return await objection(resources_of(state, settings, keys), state.run)

    if not suspects or (words := await words_on(suspects)) is None:
        return None
    while len(suspects) > 1:
        half = suspects[: len(suspects) // 2]
        of_half = await words_on(half)
        suspects, words = (half, of_half) if of_half is not None else (suspects[len(half) :], words)
    alone = await words_on(suspects)
    return (suspects[0], alone) if alone is not None else None
