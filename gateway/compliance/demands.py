"""All demands, in the order of the decree, and which of them each regime asks for."""

from collections.abc import Mapping

from config.settings import Regime, Title
from gateway.compliance.access import ACCESS
from gateway.compliance.demand import Demand
from gateway.compliance.entrance import ENTRANCE
from gateway.compliance.granting import GRANTING
from gateway.compliance.passwords import PASSWORDS
from gateway.compliance.protection import PROTECTION
from gateway.compliance.recording import RECORDING

ALL = (*ACCESS, *GRANTING, *ENTRANCE, *PASSWORDS, *RECORDING, *PROTECTION)
DECREES: Mapping[Regime, Title] = {
    "higher": Title(
        cs="vyhláška č. 409/2025 Sb., režim vyšších povinností", en="decree 409/2025, regime of higher duties"
    ),
    "lower": Title(
        cs="vyhláška č. 410/2025 Sb., režim nižších povinností", en="decree 410/2025, regime of lower duties"
    ),
}


def demands_of(regime: Regime) -> tuple[Demand, ...]:
    return ALL if regime == "higher" else tuple(one for one in ALL if one.lower)
