"""An author's worst texts hold up nobody else: their pages come as before, whatever is saved, looked at, submitted."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER
from gateway.policy_office.refusal import Refusal
from policies.bound import LARGEST, MOST_OWN
from tests.policies.world import HULIN
from tests.rig.policy_office import FILE
from tests.rig.policy_site import AUTHOR, STRANGER
from tests.rig.policy_visitor import Visitor, headers, policy_visitor

pytestmark = pytest.mark.real
HEAD = f'permit (principal, action, resource in Municipality::"{HULIN}") when {{ '
LENGTH = 30_000  # characters; what grows with more than them is seen with these, too
FACTOR = 6
"""Of what others wait beside an ordinary text; a text that takes quadratic time made that a thousand."""
CASES = FILE.replace(".cedar", ".cases.toml")


def filled(body: str, most: int = MOST_OWN) -> str:
    """As many policies with this condition as a text may hold, by length and by number."""
    one = f'@id("p000") {HEAD}{body} }};\n'
    count = min(most, LENGTH // len(one))
    return "".join(one.replace("p000", f"p{number:03}") for number in range(count))


def long(words: str) -> str:
    return (words * (LARGEST // len(words)))[:LENGTH]


ORDINARY = filled('principal.roles.contains(Role::"mayor") && context.time.hour > 7')
"""As long, and nothing that anybody would call slow."""

SET, IMPACT = "itself in a set", "whom it hits, by a set"
TEXTS = {
    "semicolons": ";" * MOST_OWN + " " * LENGTH,
    "remarks before policies in one line": "//x\n" * 9_000 + filled("true").replace("\n", "")[: LENGTH // 2],
    "two lines in turn": "x\ny\n" * 4_990,
    "quotes": long('"a'),
    SET: filled(f"[{', '.join(['context'] * 1_990)}].contains(context)", 2),
    "a set in a set": filled("[" * 30 + ",".join(["principal has a"] * 1_500) + "]" * 30 + " == []"),
    "attributes that there are not": filled(" || ".join(["principal has zzzz"] * 199)),
    "records in records": filled("{a:" * 30 + "1" + "}" * 30 + " == 1"),
}
OF_CASES = {
    "keys in keys": "\n".join(f"{'.'.join(['a'] * 490)}.b{number} = 1" for number in range(30)),
    "cases": "".join(f'[[case]]\nname = "{number}"\nroles = ["x"]\n' for number in range(500)),
}


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def waits(visitor: Visitor, until: Callable[[], bool]) -> list[float]:
    """Of one who looks at policies all the time: how long each page took, in seconds."""
    took: list[float] = []
    while not until():
        begun = time.perf_counter()
        await visitor.get("/policies", STRANGER)
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(0.01)
    return took


async def worst_wait(visitor: Visitor, page: str, file: str, text: str, *further: str) -> float:
    """Of the other person's pages, while the author saves a text, looks at pages about it, and submits it."""
    done = False
    beside = asyncio.ensure_future(waits(visitor, lambda: done))
    await visitor.step(page, "text", file=file, text=text)
    for path in ("", f"/text?file={file}", *further):
        answer = await visitor.client.get(f"{page}{path}", headers=headers(AUTHOR))
        assert (answer.status, answer.headers.get(REASON_HEADER)) in {
            (200, None),
            (503, Refusal.TAKES_LONG),
        }, path
    revision = str((await visitor.one(page)).revision)
    assert await visitor.refused(f"{page}/submit", revision=revision) == (409, "checks_failed")
    done = True
    return max(await beside)


async def test_others_wait_no_longer_while_the_worst_texts_are_saved_read_and_submitted(
    visitor: Visitor,
) -> None:
    page = await visitor.begun()
    usual = await worst_wait(visitor, page, FILE, ORDINARY, "/edit", "/impact")
    texts = [(FILE, text) for text in TEXTS.values()] + [(CASES, text) for text in OF_CASES.values()]
    worst = [await worst_wait(visitor, page, file, text) for file, text in texts]
    worst.append(await worst_wait(visitor, page, FILE, TEXTS[SET], "/edit", "/impact"))
    told = dict(zip([*TEXTS, *OF_CASES, IMPACT], worst, strict=True))
    assert max(worst) < FACTOR * usual, (usual, told)
