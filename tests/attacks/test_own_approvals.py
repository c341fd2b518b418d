"""Whoever may approve and decide, and does for others, about what they wrote or asked for themselves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import ldap
import pytest
import pytest_asyncio

from config.vocabulary import Role
from gateway.audit.entry import Code
from gateway.demo import ldif
from gateway.demo.people import HULIN
from tests.attacks.test_accounts import in_groups
from tests.attacks.test_policies import NAMED
from tests.attacks.test_policies import Town as Policies
from tests.attacks.test_requests import WHY, window
from tests.attacks.test_requests import Town as Requests
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
Then = Callable[[], Awaitable[None]]
WRITER, LEADER, ASKER = "sprava.dvoji", "vedeni.dvoji", "zadost.dvoji"
WRITES_AND_APPROVES, ASKS_AND_DECIDES = "oboji.dvoji", "rozhoduje.dvoji"
WRITING_DEPUTY, ASKING_DEPUTY = "zastup.dvoji", "zastup.zadost"
APPROVES = f"""@id("approves-too") {NAMED}
permit (principal == Person::"{{subject}}", action == Action::"sign", resource in Municipality::"{HULIN}")
when {{{{ resource in Application::"policies" }}}};
"""
"""Nobody holds a role that writes and one that approves: it takes a rule of the municipality's for one to do both."""
LENT_DECIDES = f"""@id("lent-decides") {NAMED}
permit (principal is Person, action == Action::"sign", resource in Municipality::"{HULIN}")
when
{{
  (resource in Application::"policies" || resource in Application::"requests") &&
  context has delegation && context.delegation has roles &&
  context.delegation.roles.contains(Role::"chief_clerk")
}};
"""
OTHERS = tuple[Visitor, Visitor, Visitor]


async def nothing_happens() -> None: ...


@dataclass(frozen=True, slots=True)
class Decider:
    """Somebody who may approve and decide; `leader` may too, `writer` and `asker` are whom it is usually done for."""

    ground: Ground
    who: Visitor
    leader: Visitor
    writer: Visitor
    asker: Visitor

    def policies(self, author: Visitor) -> Policies:
        return Policies(self.ground, author=author, approver=self.leader, stranger=self.leader)

    async def approves(self, page: str) -> Shown:
        """By the form that is shown to somebody else: one's own page need not have it."""
        town = self.policies(self.writer)
        return await town.act(self.who, f"{page}/approve", **await town.approval(page))

    async def may_approve(self, name: str) -> None:
        """What somebody else wrote."""
        async with self.in_force(name, self.who):
            pass

    @asynccontextmanager
    async def in_force(self, name: str, by: Visitor, rule: str | None = None) -> AsyncIterator[None]:
        """What the writer wrote, approved by that one; after the block everything is as before."""
        town = self.policies(self.writer)
        before, page = await town.newest(), await town.waiting(name, rule)
        answer = await town.act(by, f"{page}/approve", **await town.approval(page))
        assert answer.status == 303, answer.text
        assert await town.newest() == before + 1
        yield
        await self._comes_back(before)

    async def may_not_approve_own(self, name: str, then: Then = nothing_happens) -> str:
        """Path of what waits as before."""
        town = self.policies(self.who)
        before, page = await town.newest(), await town.waiting(name)
        await self._refused(await self.approves(page))
        await then()
        await self._refused(await self.approves(page))
        assert await town.newest() == before, "nothing came into force"
        return page

    async def may_not_roll_back_to_own(self, page: str) -> None:
        """Once somebody else has approved it."""
        town = self.policies(self.who)
        before, form = await town.newest(), await town.approval(page)
        assert (await town.act(self.leader, f"{page}/approve", **form)).status == 303
        await self._comes_back(before)
        again = await town.act(self.who, f"/versions/{before + 1}/restore", of="", why="Zkouška.")
        await self._refused(again)
        assert await town.newest() == before + 2

    async def may_decide(self) -> None:
        town = Requests(self.ground, asker=self.asker, leader=self.who, stranger=self.leader)
        name = await town.access()
        answer = await town.act(self.who, "/approve", name=name, note="")
        assert answer.status == 303, answer.text
        await town.act(self.asker, "/end", name=name)

    async def may_not_decide_own(self, then: Then = nothing_happens) -> None:
        town = Requests(self.ground, asker=self.who, leader=self.leader, stranger=self.leader)
        usual = {"application": "budget", "read": "on", "even_so": "budget read", "why": WHY}
        name = await town.asked(self.who, **usual, **window())  # even so: a chief clerk sees it anyhow
        for act, more in (("approve", {"note": ""}), ("refuse", {"note": "Ne."})):
            answer = await town.act(self.who, f"/{act}", name=name, **more)
            entry = await town.refused(answer, "own_request")
            assert (answer.status, entry.details["request"]) == (403, name)
            await then()
            then = nothing_happens
        made = await town.act(self.leader, "/approve", name=name, note="")
        assert made.status == 303, "it waited as before, and somebody else decides"
        await town.act(self.who, "/end", name=name)

    async def _comes_back(self, number: int) -> None:
        back = await self.policies(self.writer).act(
            self.leader, f"/versions/{number}/restore", of="", why="Zkouška."
        )
        assert back.status == 303, back.text

    async def _refused(self, answer: Shown) -> None:
        assert answer.status == 403, answer.text
        entry = await self.ground.entry(answer, Code.DECISION_REFUSE)
        assert (entry.reason, entry.rule) == ("own_policy_change", "own-policy-change")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def others(standing: Ground) -> OTHERS:
    """Who leads, writes and asks besides."""
    leader, writer, asker = [await entered(standing, login) for login in (LEADER, WRITER, ASKER)]
    return leader, writer, asker


async def entered(ground: Ground, login: str) -> Visitor:
    """With a session that both sites know."""
    policies, requests = (ground.product.addresses.origin(name) for name in ("policies", "requests"))
    who = await ground.signed_in(ground.named(login), f"{requests}/")
    await who.get(f"{policies}/")
    return who


def renaming(ground: Ground, login: str) -> Then:
    async def rename() -> None:
        name = f"{login}.nova"
        old, new = ldif.person_dn(login), ldif.person_dn(name)
        with ground.product.as_root() as root:
            groups = root.search_s(ldif.GROUPS, ldap.SCOPE_SUBTREE, f"(member={old})", ["cn"])
            for (
                group,
                _,
            ) in groups:  # before the name, so that no reading between finds somebody without a role
                root.modify_s(group, [(ldap.MOD_ADD, "member", [new.encode()])])
            root.rename_s(old, f"uid={name}")
            in_groups(root, old, None)
        await ground.entries(at_least=1, codes=(Code.FACTS_CHANGED,), person=name)

    return rename


async def test_whoever_approves_for_others_approves_nothing_of_their_own_under_a_new_name_either(
    standing: Ground, others: OTHERS
) -> None:
    one = Decider(standing, await entered(standing, WRITES_AND_APPROVES), *others)
    rule = APPROVES.format(subject=standing.named(WRITES_AND_APPROVES).subject)
    async with one.in_force("both", one.leader, rule):
        await one.may_approve("of-another")
        page = await one.may_not_approve_own("of-oneself", renaming(standing, WRITES_AND_APPROVES))
        await one.may_not_roll_back_to_own(page)


async def test_whoever_decides_for_others_decides_nothing_of_their_own_under_a_new_name_either(
    standing: Ground, others: OTHERS
) -> None:
    one = Decider(standing, await entered(standing, ASKS_AND_DECIDES), *others)
    await one.may_decide()
    await one.may_not_decide_own(renaming(standing, ASKS_AND_DECIDES))


async def test_a_role_that_was_lent_approves_and_decides_for_others_alone(
    standing: Ground, others: OTHERS
) -> None:
    writing, asking = [
        Decider(standing, await entered(standing, login), *others)
        for login in (WRITING_DEPUTY, ASKING_DEPUTY)
    ]
    async with writing.in_force("lent", writing.leader, LENT_DECIDES):
        for login in (WRITING_DEPUTY, ASKING_DEPUTY):
            await lend(writing, login)
        await writing.may_approve("of-another")
        page = await writing.may_not_approve_own("of-a-deputy")
        await writing.policies(writing.who).away(page)
        await asking.may_decide()
        await asking.may_not_decide_own()


async def lend(one: Decider, login: str) -> None:
    """The leader's role."""
    site = one.ground.product.addresses.origin("requests")
    lent = {"person": login, "role": Role.CHIEF_CLERK.value, "why": WHY, **window()}
    lent |= {"even_so": f"{Role.CHIEF_CLERK} {login}"}  # told that no rule opens a page by it
    answer = await one.leader.post(f"{site}/deputies", lent, follow=False)
    assert answer.status == 303, answer.text
