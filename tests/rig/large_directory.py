"""A slapd with as many people as a region has, made once and kept below `build`."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from gateway.demo import ldif, slapd
from gateway.demo.slapd import DirectoryPlan, load
from gateway.demo.slapd import start as start_slapd
from tests.rig.authority import LOOPBACK, make_authority, server_pair
from tests.rig.slapd import (
    BASE,
    GROUPS,
    PEOPLE,
    ROOT_PASSWORD,
    SERVICE,
    SERVICE_PASSWORD,
    SKELETON,
    Directory,
)

KEPT = Path(__file__).parents[2] / "build" / "large-directory"
PEOPLE_COUNT, GROUP_COUNT, MEMBERS = 100_000, 10_000, 50  # some 500,000 memberships
SIZE = 2 * 2**30  # bytes of the server's map


def person(number: int) -> str:
    return f"uid=osoba{number},ou=odbor{number % 200},{PEOPLE}"


def text() -> Iterator[str]:
    chance = random.Random(PEOPLE_COUNT)
    yield SKELETON
    for number in range(200):
        yield ldif.record(
            f"ou=odbor{number},{PEOPLE}", [("objectClass", "organizationalUnit"), ("ou", f"odbor{number}")]
        )
    for number in range(PEOPLE_COUNT):
        name = f"Žofie Nováková {number}"
        yield ldif.record(
            person(number),
            [
                ("objectClass", "inetOrgPerson"),
                ("uid", f"osoba{number}"),
                ("cn", name),
                ("displayName", name),
                ("sn", "Nováková"),
                ("mail", f"osoba{number}@kraj.test"),
                ("telephoneNumber", f"+420 {number:09}"),
                ("description", "referentka odboru, kancelář v prvním patře"),
            ],
        )
    for number in range(GROUP_COUNT):
        members = {person(chance.randrange(PEOPLE_COUNT)) for _ in range(MEMBERS - 1)}
        if number:
            members.add(f"cn=skupina{chance.randrange(number)},{GROUPS}")
        facts = [("objectClass", "groupOfNames"), ("cn", f"skupina{number}")]
        yield ldif.record(
            f"cn=skupina{number},{GROUPS}", [*facts, *(("member", one) for one in sorted(members))]
        )


@contextmanager
def large_directory(folder: Path) -> Iterator[Directory]:
    """A copy of the kept one, running; the first time it is made, which takes a minute or so."""
    made = make_authority(folder / "tls")
    plan = DirectoryPlan(
        folder=folder / "slapd",
        suffix=BASE,
        authority=made.certificate,
        pair=server_pair(made, "slapd", LOOPBACK),
        reader=SERVICE,
        root_password=ROOT_PASSWORD,
        largest=SIZE,
    )
    load(plan, SKELETON)
    data = plan.folder / "data" / "data.mdb"
    shutil.copyfile(_kept(plan), data)
    password_file = folder / "bind-password"
    password_file.write_text(SERVICE_PASSWORD + "\n")
    server = start_slapd(plan)
    try:
        yield Directory(server, made.certificate, password_file)
    finally:
        server.stop()


def _kept(plan: DirectoryPlan) -> Path:
    recipe = "".join((Path(__file__).read_text(), Path(slapd.__file__).read_text(), SKELETON))
    kept = KEPT / f"{sha256(recipe.encode()).hexdigest()[:16]}.mdb"
    if not kept.exists():
        shutil.rmtree(KEPT, ignore_errors=True)
        KEPT.mkdir(parents=True)
        loading = replace(plan, folder=plan.folder.with_name("loading"))
        load(loading, "".join(text()))
        shutil.copyfile(loading.folder / "data" / "data.mdb", kept.with_suffix(".part"))
        shutil.rmtree(loading.folder)
        kept.with_suffix(".part").rename(kept)
    return kept
