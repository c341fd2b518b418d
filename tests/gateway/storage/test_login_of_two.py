"""Whether a login names one person, for applications of SAML that know people by it; in either database."""

from config.vocabulary import DirectoryName
from gateway.commands.saml import named_alike
from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from gateway.storage.directory_reading import StoredReading
from idp.directory.same_person import Account, no_others
from idp.directory.subject import subject
from tests.rig import people
from tests.rig.replica import OFFICE, fill, person

VILLAGE = DirectoryName("obec")
BOTH = (OFFICE, VILLAGE)


async def test_a_login_that_another_office_s_person_has_too_names_nobody(database: Database) -> None:
    replica, reading = StoredReplica(database), StoredReading(database)
    fill(replica, [person(1, logins=("novak",)), person(2)])
    fill(replica, [person(3, logins=("Novak",)), person(4)], directory=VILLAGE)
    one, other = (subject(where, person(number).identity) for where, number in ((OFFICE, 1), (VILLAGE, 3)))
    novak, alone = people.person(one, "novak"), people.person(subject(OFFICE, person(2).identity), "p2")
    assert await named_alike(reading, BOTH, no_others, novak)
    assert not await named_alike(reading, BOTH, no_others, alone)
    assert not await named_alike(reading, BOTH, lambda _: [Account(other, "Novak")], novak)  # both are hers
