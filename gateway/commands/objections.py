"""Why Envoy refuses a changed configuration, and which application of it."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from msgspec.structs import replace

from config.problem import Problem
from config.settings import Application, Settings
from config.toml_lines import line_of, lines_of
from config.vocabulary import ApplicationId
from gateway.envoy.discovery import Rejection
from gateway.envoy.messages import Json
from gateway.envoy.trial import objection

Make = Callable[[Settings], dict[str, list[Json]]]
"""What Envoy would be told of these settings."""


async def refused_by_envoy(
    configuration: Path,
    settings: Settings,
    make: Make,
    suspects: Collection[ApplicationId],
    rejection: Rejection,
) -> Problem:
    """`settings`: those that were refused; `suspects`: applications that are new in them or changed."""
    lines = lines_of(configuration.read_text(encoding="utf-8-sig"))
    found = await _culprit(settings, make, [one for one in settings.applications if one.id in suspects])
    if found is not None:
        application, words = found
        at = f"applications[{settings.applications.index(application)}]"
        said = f"{at}: Envoy refuses the application {application.id}: {words}"
        return Problem(configuration, line_of(at, lines), said, "correct what it names")
    words = await objection(make(settings), settings.state.directory / "run") or str(rejection)
    return Problem(configuration, 0, f"Envoy refuses it: {words}", "correct what it names")


async def _culprit(
    settings: Settings, make: Make, suspects: Sequence[Application]
) -> tuple[Application, str] | None:
    """The first to which Envoy objects for itself, and its words: halves are tried, as thousands may be new."""

    async def words_on(some: Sequence[Application]) -> str | None:
        made = make(replace(settings, applications=list(some)))
        return await objection(made, settings.state.directory / "run")

    if not suspects or (words := await words_on(suspects)) is None:
        return None
    while len(suspects) > 1:
        half = suspects[: len(suspects) // 2]
        of_half = await words_on(half)
        suspects, words = (half, of_half) if of_half is not None else (suspects[len(half) :], words)
    alone = await words_on(suspects)
    return (suspects[0], alone) if alone is not None else None
