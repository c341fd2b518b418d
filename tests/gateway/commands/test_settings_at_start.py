"""Which values of the settings the log tells when a start takes others than the run before."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from config.changes import changes
from config.settings import AlertRule, Settings
from config.sources import ACCEPTED, DISK
from gateway.commands.settings_at_start import at_start, values
from gateway.commands.state import open_state
from gateway.storage.tables.audit import audit_checkpoint
from tests.rig.envoy import settings_for
from tests.rig.installation import install

BEFORE = settings_for(Path("/nowhere"), 8443, "http://127.0.0.1:1")
CALM = AlertRule(name="calm", codes=["system.started"], group_by="all")


def with_audit(**changed: object) -> Settings:
    return replace(BEFORE, audit=replace(BEFORE.audit, **changed))


def told(before: Settings, after: Settings) -> list[str]:
    return values(before, after, changes(before, after).settings)


def test_a_plain_value_is_told_as_it_was_and_as_it_is() -> None:
    assert told(BEFORE, with_audit(kept_months=1, regime="lower")) == [
        "audit.regime: higher → lower",
        "audit.kept_months: 18 → 1",
    ]
    slower = timedelta(minutes=1)
    (said,) = told(BEFORE, with_audit(checkpoint_every=slower))
    assert said.endswith(f"→ {slower}")


def test_of_rules_it_is_told_which_came_which_went_and_which_are_others() -> None:
    one, two = (replace(CALM, name=name) for name in ("one", "two"))
    before, after = with_audit(alerts=[CALM, one]), with_audit(alerts=[replace(CALM, on=False), two])
    assert told(before, after) == ["audit.alerts: - one; + two; * calm"]


def test_of_other_parts_of_the_settings_the_path_alone_is_told() -> None:
    after = replace(BEFORE, public=replace(BEFORE.public, domain="other.example"))
    assert changes(BEFORE, after).settings == ("public.domain",)
    assert told(BEFORE, after) == []


@pytest.mark.real  # free ports are looked for
def test_what_a_run_before_went_by_is_missed_where_it_was_taken_away_but_not_at_the_first_start(
    tmp_path: Path,
) -> None:
    configuration = install(tmp_path).configuration
    state = open_state(configuration)
    try:
        assert not (state.settings.state.directory / ACCEPTED).exists()
        assert at_start(configuration, state, DISK, "p") == []
        sealed = audit_checkpoint.insert().values(size=1, root=b"0" * 32, at=1, note="")
        state.database.write_soon(lambda connection: connection.execute(sealed)).result()
        (missed,) = at_start(configuration, state, DISK, "p")
    finally:
        state.database.close()
    assert missed.reason == "settings_before_unknown"
