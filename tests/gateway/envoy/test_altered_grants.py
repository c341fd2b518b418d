"""No change to a grant's text, however made, lets anybody in; whatever a person is called is told as it is."""

import string
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import Identity, IdentityHeaders
from gateway.demo.slapd import free_port
from gateway.grants.person import CONTROL
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.neighbours import Signer, listening

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
HEADED = f"headed.{DOMAIN}"
BOUNDED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TOGETHER = 16  # requests on one connection
BASE64URL = string.ascii_letters + string.digits + "-_"
SIGNS = st.sampled_from([*BASE64URL, *'.=+/ ,;"\t\\%\x80\xff'])
PLACES = st.integers(0, 2**16)
Change = Callable[[str], str]


def _replaced(place: int, sign: str) -> Change:
    return lambda token: token[: place % len(token)] + sign + token[place % len(token) + 1 :]


def _added(place: int, signs: str) -> Change:
    return lambda token: token[: place % (len(token) + 1)] + signs + token[place % (len(token) + 1) :]


def _removed(place: int, length: int) -> Change:
    return lambda token: token[: place % len(token)] + token[place % len(token) + length :]


def _exchanged(which: int, part: str) -> Change:
    return lambda token: ".".join([part if at == which else one for at, one in enumerate(token.split("."))])


STRANGE = Signer().grant().split(".")
PARTS = st.sampled_from(["", "AA", "A" * 86, "e30", "eyJhbGciOiJub25lIn0", *STRANGE])
CHANGES = st.one_of(
    st.builds(_replaced, PLACES, SIGNS),
    st.builds(_added, PLACES, st.text(SIGNS, min_size=1, max_size=4)),
    st.builds(_removed, PLACES, st.integers(1, 90)),
    st.builds(_exchanged, st.integers(0, 2), PARTS),
)
NAMES = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\/{}:,u'), min_size=1, max_size=40
).map(lambda text: CONTROL.sub(" ", text).strip())


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="headed")
async def _headed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    """With an application that is told names in plain headers."""
    port = free_port()
    told = IdentityHeaders(login="X-Login", name="X-Name")
    identity = Identity(way="headers", headers=told)
    application = hosting("headed", f"http://127.0.0.1:{port}", identity=identity)
    async with (
        data_plane(tmp_path_factory.mktemp("a"), applications=[application]) as plane,
        listening(plane.application, port),
    ):
        yield plane


async def _statuses(plane: Plane, values: Sequence[str]) -> list[int]:
    """Of requests whose cookies hold these for grants."""
    last = len(values) - 1
    written = "".join(
        f"GET / HTTP/1.1\r\nHost: files.{DOMAIN}\r\nConnection: {'close' if at == last else 'keep-alive'}\r\n"
        f"Cookie: __Host-brana-grant={value}\r\n\r\n"
        for at, value in enumerate(values)
    )
    return [answer.status for answer in await plane.raw(written.encode("latin-1"))]


@BOUNDED
@given(changes=st.lists(CHANGES, min_size=TOGETHER, max_size=TOGETHER))
async def test_no_change_to_a_grant_lets_anybody_in(headed: Plane, changes: list[Change]) -> None:
    headed.forget()
    honest = headed.signer.grant()
    sent = [change(honest) for change in changes]
    # What stands behind `;`, or is a space at the end, is no part of the cookie.
    wanted = [200 if value.partition(";")[0].rstrip(" \t") == honest else 403 for value in sent]
    assert await _statuses(headed, [*sent, honest]) == [*wanted, 200]


@BOUNDED
@given(login=NAMES.filter(bool), name=NAMES.filter(bool))
async def test_the_application_is_told_a_name_letter_for_letter(headed: Plane, login: str, name: str) -> None:
    headed.forget()
    cookie = headed.cookie(application="headed", person={"login": login, "name": name})
    assert (await headed.ask(host=HEADED, cookie=cookie)).status == 200
    assert headed.decision.requests == []
    seen = headed.application.last
    assert [seen.value(of).encode("latin-1").decode() for of in ("x-login", "x-name")] == [login, name]
