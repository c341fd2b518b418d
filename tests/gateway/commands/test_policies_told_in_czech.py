"""What `brana policy check`, `test` and `apply` say with `--language cs`; what programs read stays as it is."""

import re
from pathlib import Path

import pytest

from config.problem import ConfigurationRefused
from config.vocabulary import Language
from gateway.commands.preflight import CannotStart
from gateway.commands.proposing import Proposed
from gateway.commands.publishing import NotInForce
from gateway.policy_office.proposal import ProposalId
from gateway.policy_office.proposal import State as Stage
from policies.load import CasesBroken
from tests.gateway.commands.test_policy_apply import HARMLESS, HULIN, Place

pytestmark = pytest.mark.real
CZECH = ("--language", "cs")
BROKEN = '\n[[case]]\nname = "dodavatel podepíše"\nroles = ["supplier"]\naction = "sign"\n'
REGION = "region/guardrails.cases.toml"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_is_fit_and_what_is_not_is_told_in_czech(place: Place) -> None:
    fit = place.brana("check", str(place.folder), *CZECH)
    assert fit.exit_code == 0
    counted = re.match(
        r"může začít platit; pravidel: \d+, případů: (\d+), nikdy: (\d+), verze [0-9a-f]{12}\n", fit.output
    )
    tried = re.search(
        r"případů: (\d+), nikdy: platí \d+ z (\d+)", place.brana("test", str(place.folder), *CZECH).output
    )
    assert counted is not None
    assert tried is not None
    assert counted.groups() == tried.groups()
    place.add(REGION, BROKEN)
    said = place.brana("check", str(place.folder), *CZECH)
    assert said.exit_code == 1
    assert "případ „dodavatel podepíše“ nevychází v obci " in said.output
    assert "opravte pravidlo" in said.output
    assert "the case" in place.brana("check", str(place.folder)).output


def test_cases_and_their_results_are_told_in_czech(place: Place) -> None:
    held = place.brana("test", str(place.folder), *CZECH)
    assert held.exit_code == 0
    assert re.search(
        r"vyzkoušeno: \d+; případů: \d+, nikdy: platí (\d+) z \1 \(otázek: \d+\), neplatí: 0", held.output
    )
    assert held.output.split()[:2] == ["soubor", "případ"]
    place.add(REGION, BROKEN)
    said = place.brana("test", str(place.folder), *CZECH)
    assert said.exit_code == 1
    assert "NEPLATÍ (obcí: " in said.output
    assert said.output.rstrip().endswith("neplatí: 1")
    place.add(REGION, "\n[[cáse]]\n")
    with pytest.raises(ConfigurationRefused, match="není to TOML"):
        place.raised("test", str(place.folder), *CZECH)


def test_a_matrix_says_its_time_as_pages_do(place: Place) -> None:
    asked = ("matrix", "Hulín", "--application", "map", "--at", "2026-11-23T09:00")
    assert place.brana(*asked, *CZECH).output.splitlines()[0].endswith(", 23. 11. 2026 9:00:00 SEČ")
    assert place.brana(*asked).output.splitlines()[0].endswith(", 23 Nov 2026, 09:00:00 CET")


@pytest.mark.parametrize(
    "asked",
    [
        ("simulate", "{folder}"),
        ("matrix", "Hulín", "--against", "{folder}"),
        ("matrix", "Hulín", "--policies", "{folder}"),
        ("explain", "map", "--role", "mayor@Hulín", "--policies", "{folder}"),
    ],
)
def test_what_is_wrong_with_a_folder_is_told_in_czech(place: Place, asked: tuple[str, ...]) -> None:
    place.add(HULIN, HARMLESS.replace('@id("further")', '@id("Další")'))
    written = [one.format(folder=place.folder) for one in asked]
    with pytest.raises(ConfigurationRefused) as refused:
        place.raised(*written, *CZECH)
    assert "z malých písmen" in str(refused.value)
    with pytest.raises(ConfigurationRefused) as refused:
        place.raised(*written)
    assert "lower-case letters" in str(refused.value)


def test_what_was_applied_and_what_was_not_is_told_in_czech(place: Place) -> None:
    same = place.brana("apply", str(place.folder), *CZECH)
    assert (same.exit_code, same.output) == (0, "od platných pravidel se nic neliší\n")
    place.add(HULIN, HARMLESS)
    now, changed, instead = place.brana("apply", str(place.folder), *CZECH).output.splitlines()
    assert now.startswith("teď platí pravidla: ")
    assert changed == "změněno: further"
    assert re.match(r"místo: verze [0-9a-f]{12}, zveřejněná .+, autor .+", instead)
    place.add(REGION, BROKEN)
    with pytest.raises(CasesBroken, match="nevychází v obci"):
        place.raised("apply", str(place.folder), *CZECH)
    place.add(REGION, "\n[[cáse]]\n")
    with pytest.raises(ConfigurationRefused, match="není to TOML"):
        place.raised("apply", str(place.folder), *CZECH)


def test_what_is_proposed_is_told_in_czech(place: Place) -> None:
    place.proposing()
    place.add(HULIN, HARMLESS)
    assert place.brana("apply", str(place.folder), *CZECH).output.startswith(
        "navrženo pro 588491, schválí to někdo jiný: "
    )
    assert place.brana("apply", str(place.folder), *CZECH).output.startswith(
        "pro 588491 už navrženo, čeká na schválení"
    )


@pytest.mark.parametrize(
    ("one", "said"),
    [
        ({"already": Stage.APPROVED}, "pro region už navrženo a schváleno, čeká na svůj čas: p1"),
        (
            {"reason": "checks_failed", "objections": ("wrong",), "in_czech": ("špatně",)},
            "pro region nenavrženo (checks_failed)\nšpatně",
        ),
    ],
)
def test_what_waits_or_was_not_proposed_is_told_in_czech(one, said) -> None:
    assert Proposed("region", ProposalId("p1"), **one).said_in(Language.CZECH) == said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("matrix", "Hulin"),
            "obec „Hulin“ v obvodu není; nemyslíte Hulín (588491)?\n    napište její kód, IČO nebo celý název",
        ),
        (("matrix", "Brno"), "obec „Brno“ v obvodu není\n"),
        (
            ("matrix", "Hulín", "--application", "rekords"),
            "aplikace „rekords“ v nastavení není; nemyslíte records?\n    jsou tu: portal (portál)",
        ),
        (("matrix", "Hulín", "--at", "brzy"), "„brzy“ není den a čas\n    napište je jako 2026-11-23T09:00"),
        (("matrix", "Hulín", "--at", "1850-01-01"), "uveďte některý z let 2000 až 2099"),
        (("explain", "records"), "chybí, o koho jde\n    uveďte jedno z obojího: --person LOGIN, nebo"),
        (
            ("explain", "records", "--role", "mayr@588491"),
            "v „mayr@588491“ není role „mayr“; nemyslíte mayor (st",
        ),
        (
            ("explain", "records", "--role", "mayor"),
            "„mayor“ neříká, ve které obci\n    napište mayor@ a za to",
        ),
        (
            ("explain", "records", "--role", "mayor@588491", "--route", "nikam"),
            "records nemá část se jménem „nikam“\n",
        ),
    ],
)
def test_what_was_written_wrongly_is_told_in_czech(place: Place, asked: tuple[str, ...], said: str) -> None:
    with pytest.raises(CannotStart) as refused:
        place.raised(*asked, *CZECH)
    assert said in str(refused.value)
    with pytest.raises(CannotStart) as refused:
        place.raised(*asked)
    assert said not in str(refused.value), "as all commands, unless asked otherwise"


def test_a_folder_that_cannot_replace_what_is_in_force_is_told_in_czech(place: Place) -> None:
    place.add(HULIN, HARMLESS)
    with pytest.raises(
        NotInForce, match=r"^neplatí 0{12}, ale [0-9a-f]{12}\n.*převezměte to do složky; pak zadejte"
    ):
        place.raised("apply", str(place.folder), "--instead-of", "0" * 12, *CZECH)
    with pytest.raises(CannotStart, match=r"^--instead-of nejmenuje verzi\n.*v uvozovkách$"):
        place.raised("apply", str(place.folder), "--instead-of", "poslední", *CZECH)
    (place.folder / "VERSION").write_text("poslední\n", "utf-8")
    with pytest.raises(CannotStart, match=r"VERSION nejmenuje verzi\n.*odstraňte ho, má-li se nahradit"):
        place.raised("apply", str(place.folder), *CZECH)
