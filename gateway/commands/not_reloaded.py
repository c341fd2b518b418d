"""Why a reload takes nothing, and how what needs a start or what Envoy refuses is told."""

from pathlib import Path

from config.changes import Changes
from config.problem import ConfigurationRefused, Problem
from config.toml_lines import line_of, lines_of

RESTART = "put the old value back, or take everything over by a restart (`systemctl restart brana`)"
AWAY = "see that Envoy runs (`/readyz`, the operators' log), then reload once more"
SILENT = f"Envoy did not take it in time\n    {AWAY}"


class NotReloaded(Exception):
    """What was in force stays. `reason` is named in `gateway/audit/reasons/configuration.py`."""

    def __init__(self, reason: str, said: str) -> None:
        super().__init__(said)
        self.reason = reason


def require_live(configuration: Path, delta: Changes) -> None:
    """Raises NotReloaded: part of a change would be a configuration that nobody wrote."""
    if not (needing := delta.needing_a_start()):
        return
    lines = lines_of(configuration.read_text(encoding="utf-8-sig"))
    problems = [
        Problem(
            configuration, line_of(path, lines), f"{path}: cannot be changed while the product runs", RESTART
        )
        for path in needing
    ]
    raise NotReloaded("start_needed", str(ConfigurationRefused(problems)))
