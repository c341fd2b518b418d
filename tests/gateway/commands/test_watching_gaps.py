"""An access log that somebody takes away from a real Envoy is missed, recorded, and an alert stands."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.alerts.delivered import in_force
from gateway.alerts.gaps import LEAST, Gap, Gaps, told
from gateway.commands.alerting import Looking
from gateway.storage.alerts import StoredAlerts
from gateway.storage.log_gaps import LogGaps
from tests.gateway.audit.making import SIGNER, entry, open_log
from tests.gateway.audit.rotating import SEAL
from tests.rig.envoy import data_plane

pytestmark = pytest.mark.real


async def test_requests_that_envoy_answers_without_a_log_raise_an_alert(tmp_path: Path) -> None:
    (tmp_path / "e").mkdir()
    with open_log(tmp_path) as log:
        async with data_plane(tmp_path / "e") as plane:
            store, alerts = (
                LogGaps(log.database, SEAL, lambda _: [SIGNER.verifier]),
                StoredAlerts(log.database, log.ledger.append, SEAL),
            )
            log.append([entry()])
            gaps = Gaps(timedelta(minutes=5), await store.begin(log.clock()))
            looking = await Looking.begun(alerts, in_force([]), log.clock())
            before = await plane.administration.answered()
            assert before is not None
            assert gaps.look(await store.seen(gaps.passed, before), log.clock()) == []
            plane.surroundings.spool.rename(tmp_path / "taken-away.log")  # Envoy writes on, there
            for _ in range(LEAST):
                assert (await plane.ask(cookie=plane.cookie())).status == 200
            after = await plane.administration.answered()
            assert after == before + LEAST
            found = []
            for _ in range(7):
                found += gaps.look(await store.seen(gaps.passed, after), log.clock())
                log.clock.advance(minutes=1)
        assert await plane.administration.answered() is None  # it has ended
        silent = [one for one in found if one.gap is Gap.SILENT]
        assert [one.number for one in silent] == [LEAST]
        log.append([told(one, log.clock()) for one in silent])
        while await looking.step(log.clock()):
            pass
        assert [one.rule for one in await alerts.standing()] == ["log_gap"]
