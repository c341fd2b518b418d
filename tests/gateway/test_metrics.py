from pathlib import Path

import aiohttp
from aiohttp import web

from gateway.metrics import Metrics, metrics_app


async def test_counts_times_and_readiness_are_shown(tmp_path: Path) -> None:
    metrics, parts = Metrics(), {"data_plane": False, "database": True}
    metrics.verdict("granted", 0.003)
    metrics.revoked.set(7)
    runner = web.AppRunner(metrics_app(metrics, lambda: parts))
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "metrics.sock")).start()
    try:
        async with aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(str(tmp_path / "metrics.sock"))
        ) as http:
            text = await (await http.get("http://local/metrics")).text()
            assert 'brana_verdicts_total{verdict="granted"} 1.0' in text
            assert 'brana_decision_seconds_bucket{le="0.005"} 1.0' in text
            assert "brana_revoked_ids 7.0" in text
            assert (await http.get("http://local/healthz")).status == 200
            assert (await http.get("http://local/readyz")).status == 503
            parts["data_plane"] = True
            ready = await http.get("http://local/readyz")
            assert (ready.status, await ready.json()) == (200, {"data_plane": True, "database": True})
    finally:
        await runner.cleanup()
