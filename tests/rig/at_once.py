"""One act in several threads at the same time."""

import threading
from collections.abc import Callable

PATIENCE = 30  # seconds for each


def faults_at_once(act: Callable[[], object], times: int = 4) -> list[BaseException]:
    """What they raised, in whatever order."""
    faults: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - handed back
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return faults
