"""An office that began on one machine takes everything along to PostgreSQL; nobody notices but the operator."""

import json
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass

import pytest
import pytest_asyncio

from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.demo.configuration import MAP
from gateway.demo.slapd import free_port
from gateway.storage.audit_evidence import rows
from gateway.storage.audit_search import LogSearch
from gateway.storage.database import Database
from gateway.storage.place import aside_of, file_of
from tests.rig.inclusion import proves
from tests.rig.moved import OTHER, Before, brana, in_file, jana, recorded, serving, used
from tests.rig.neighbours import Neighbour, listening
from tests.rig.postgres import Server
from tests.rig.product import Product, installed
from tests.rig.programs import Programs, papers

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
TOO_SOON = "holds what this machine has kept so far"


@dataclass
class Story:
    product: Product
    before: Before
    programs: Programs
    """As they are served from PostgreSQL."""
    moved: dict[str, object]
    """What `brana state move --json` said."""
    lines: str
    """And what it told on the way."""
    too_soon: str
    """What `brana serve` said before the move."""
    in_file: int
    """Requests of the spool that the file knew of before the move."""

    @property
    def address(self) -> str:
        return self.product.application(MAP)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> AsyncIterator[Story]:
    folder, port, upstream = tmp_path_factory.mktemp("f"), free_port(), Neighbour()
    made = papers(folder)
    async with (
        listening(upstream, port),
        installed(
            folder,
            application=f"http://127.0.0.1:{port}",
            configured=lambda text: made.configured(text, port),
        ) as product,
    ):
        before = await used(product, made, upstream)
        known = in_file(product, before.in_spool)
        with product.configuration.open("a", encoding="utf-8") as file:
            name = postgres.empty().name
            file.write(f'\n[state.database]\nhosts = ["{postgres.folder}"]\nname = "{name}"\n')
        code, _, too_soon = await brana(product, "serve")
        assert code == 1
        code, said, lines = await brana(product, "state", "move", "--json")
        assert code == 0, lines
        async with serving(product, made, upstream) as programs:
            yield Story(product, before, programs, json.loads(said), lines, too_soon, known)


async def test_before_the_move_nothing_begins_anew_beside_the_file(story: Story) -> None:
    assert TOO_SOON in story.too_soon
    assert "brana state move" in story.too_soon


async def test_whoever_was_signed_in_still_is(story: Story) -> None:
    browser = story.product.same_visitor(story.before.jana)
    shown = await browser.get(story.address, follow=False)
    assert shown.status == 200, shown.title
    assert (await browser.get(story.product.addresses.portal)).status == 200


async def test_whoever_was_signed_out_stays_out_with_all_cookies_of_before(story: Story) -> None:
    browser = story.product.same_visitor(story.before.gone)
    assert (await browser.get(story.address, follow=False)).status == 302


async def test_a_second_factor_of_before_opens_a_new_sign_in(story: Story) -> None:
    shown = await story.product.visitor().sign_in(jana(story.product), story.address, step=1)
    assert shown.status == 200, shown.title


async def test_a_programs_secret_of_before_is_good(story: Story) -> None:
    assert (await story.programs.token(secret=story.before.secret)).status == 200


async def test_the_log_verifies_from_its_first_entry_and_a_proof_of_before_with_it(story: Story) -> None:
    proof = story.before.proof
    assert proof is not None
    code, said, complained = await brana(story.product, "audit", "verify")
    assert code == 0, complained
    assert "the log is whole" in said
    database = story.programs.ground.state.database
    leaf = database.read_now(lambda connection: list(rows(connection)))[proof.number].leaf
    assert leaf == proof.leaf
    assert proves(proof.path, leaf, proof.number, proof.checkpoint.size, proof.checkpoint.root)


async def test_requests_that_were_in_the_spool_alone_are_recorded_once_afterwards(story: Story) -> None:
    assert story.in_file == 0
    found = await recorded(story.programs.ground.state, story.before.in_spool)
    assert set(found.values()) == {1}


async def test_the_move_is_in_the_log_with_who_and_the_root_and_was_told_table_by_table(story: Story) -> None:
    search = LogSearch(story.programs.ground.state.database)
    (entry,) = (await search.page(Query(codes=frozenset({Code.STATE_MOVED})))).entries
    details = entry.entry.details
    assert entry.entry.subject.startswith("cli:")
    assert entry.sequence == details["entries"] == story.moved["entries"]
    assert details["root"] == story.moved["root"]
    assert "session: " in story.lines
    assert f"audit_entry: {story.moved['entries']} rows" in story.lines


async def test_the_file_is_put_aside_as_it_was(story: Story) -> None:
    file = file_of(story.product.settings.state)
    assert not file.exists()
    with closing(Database(aside_of(file))) as database:
        left = database.read_now(lambda connection: list(rows(connection)))
    assert len(left) == story.moved["entries"]


async def test_the_other_person_may_sign_in_again(story: Story) -> None:
    shown = await story.product.visitor().sign_in(story.product.account(OTHER), story.address, step=1)
    assert shown.status == 200, shown.title
