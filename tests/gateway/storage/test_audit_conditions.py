"""How many people a part of a name may stand for."""

import pytest

from config.vocabulary import MunicipalityCode
from gateway.audit.search import Query, TooManyPeople
from gateway.storage import audit_conditions
from gateway.storage.audit_search import LogSearch
from tests.gateway.audit.making import Log
from tests.gateway.audit.test_search import log, opened

__all__ = ["log"]


async def test_a_reader_of_one_municipality_hears_of_too_many_people_only_beyond_thousands(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else such a reader learnt how many people of others are called so."""
    log.append([opened(number, f"subject-{number}", f"novak{number}", "Novák") for number in range(25)])
    bounded = LogSearch(log.database, MunicipalityCode("588296"))
    assert not (await bounded.page(Query(person="novak"))).entries
    monkeypatch.setattr(audit_conditions, "WITHIN", 24)
    with pytest.raises(TooManyPeople):
        await bounded.page(Query(person="novak"))
