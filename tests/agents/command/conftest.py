"""A gateway over TLS, and `brana-agent` as people start it."""

import pytest

from agents.command.__main__ import main
from tests.agents.command.places import places
from tests.agents.gateway import Gateway, over_tls
from tests.rig.authority import make_authority, server_pair


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    made = make_authority(tmp_path_factory.mktemp("authority"))
    return made, server_pair(made)


@pytest.fixture
def gateway(papers):
    _, pair = papers
    one = Gateway()
    with over_tls(one, str(pair.certificate), str(pair.key)) as url:
        one.url = url
        yield one


@pytest.fixture
def agent(tmp_path, capsys):
    def run(*words, tongue="en"):
        code = main(["--lang", tongue, *places(tmp_path), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run
