"""The wheel: everything the product reads is in it, and it runs where there is no checkout."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.rig.installation import install
from tests.test_house_rules import TRACKED, name_of

ROOMS = ("gateway", "idp", "policies", "agents", "config")
BUILT_FROM = ("pyproject.toml", "README.md", "requirements/runtime.in")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a clean copy: what an earlier build left in the checkout would hide what is missing."""
    copy, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for file in TRACKED:
        name = name_of(file)
        if name in BUILT_FROM or name.startswith(tuple(f"{room}/" for room in ROOMS)):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy / name)
    build = [*PIP, "wheel", ".", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(made)]
    subprocess.run(build, cwd=copy, check=True, capture_output=True, text=True)
    (found,) = made.glob("brana-*.whl")
    return found


@pytest.fixture(scope="module")
def brana(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment with the wheel, and the packages of this one beside it."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    into = [*PIP, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(into, check=True, capture_output=True, text=True)
    (site,) = folder.glob("lib/python*/site-packages")
    # A path that a .pth file names is only searched: the editable install of the checkout is not seen.
    (site / "packages.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    where = [str(python), "-c", "import config.load, gateway; print(gateway.__file__, config.load.__file__)"]
    said = subprocess.run(where, cwd=folder, check=True, capture_output=True, text=True).stdout
    assert all(path.startswith(str(site)) for path in said.split())
    return folder / "bin" / "brana"


def test_every_file_of_the_product_is_in_the_wheel(wheel: Path) -> None:
    tracked = {name for name in map(name_of, TRACKED) if name.startswith(tuple(f"{room}/" for room in ROOMS))}
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert "gateway/envoy/gate.lua" in packed
    assert packed == tracked


@pytest.mark.real
def test_the_installed_wheel_checks_the_example_and_serves(brana: Path, tmp_path: Path) -> None:
    installation = install(tmp_path / "office")
    installation.program, installation.place = (brana,), installation.folder
    shutil.rmtree(installation.folder / "policies")
    examples = next(brana.parents[1].glob("lib/python*/site-packages/config/examples"))
    installation.write(
        office__district=str(examples / "kromeriz.csv"),
        policies__region=str(examples / "policies/region"),
        policies__municipalities=str(examples / "policies/municipalities"),
    )
    said = installation.brana("config", "check")
    assert (said.returncode, said.stderr) == (0, "")
    assert "fit to start: 46 municipalities, 3 applications" in said.stdout
    with installation.serving() as serving:
        assert serving.ready()["database"]
