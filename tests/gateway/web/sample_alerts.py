"""Alerts kept in memory."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from gateway.alerts.watch import Alert
from gateway.audit.entry import Entry
from tests.gateway.web.sample_log import NOW


@dataclass
class MemoryAlerts:
    recorded: list[Entry] = field(default_factory=list)
    kept: list[Alert] = field(
        default_factory=lambda: [
            Alert(
                id="failed_sign_ins-7", rule="failed_sign_ins", group="novak.petr", threshold=10, entries=(3, 5, 7),
                raised_at=NOW - timedelta(minutes=12), number=14,
            ),
            Alert(
                id="clock_drift-2", rule="clock_drift", group="*", threshold=1, entries=(2,),
                raised_at=NOW - timedelta(hours=3), number=1, acknowledged_by="dvorak.jan",
            ),
        ]
    )  # fmt: skip

    async def standing(self):
        return self.kept

    async def acknowledge(self, alert, by, entry):
        open_still = [one for one in self.kept if one.id == alert and not one.acknowledged_by]
        self.kept = [replace(one, acknowledged_by=by) if one in open_still else one for one in self.kept]
        if open_still:
            self.recorded.append(entry)
        return bool(open_still)
