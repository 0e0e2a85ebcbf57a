"""The lock files name a release with its hashes for everything that pyproject.toml asks for, on every Python."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).parents[1]
FOLDER = PROJECT / "requirements"
LOCKS = ("build", "dev", "docs", "lowest", "run")
PYTHONS = ("3.11.2", "3.12.1", "3.13.0")

with (PROJECT / "pyproject.toml").open("rb") as stream:
    PYPROJECT = tomllib.load(stream)
RUN = PYPROJECT["project"]["dependencies"]
EXTRAS = PYPROJECT["project"]["optional-dependencies"]


def locked(name: str, python: str) -> dict[str, list[Version]]:
    """The releases by package that a lock file has for Linux on `python`."""
    releases: defaultdict[str, list[Version]] = defaultdict(list)
    environment = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": "linux",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    for line, _ in entries(name):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            (pin,) = requirement.specifier
            assert pin.operator == "=="
            releases[canonicalize_name(requirement.name)].append(Version(pin.version))
    return releases


def entries(name: str) -> Iterator[tuple[str, list[str]]]:
    """Each requirement of a lock file with its hashes."""
    text = re.sub(r"^ *#.*\n", "", (FOLDER / f"{name}.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    for entry in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r"\s+--hash=", entry.strip())
        yield requirement, hashes


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_release_has_hashes(name: str) -> None:
    found = list(entries(name))
    assert found
    assert [requirement for requirement, hashes in found if not hashes] == []
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for _, hashes in found for each in hashes)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_on_the_network_or_on_a_machine(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|@ |/tmp|/home", text) == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_each_python_gets_one_release_of_each_package(name: str, python: str) -> None:
    assert {package: found for package, found in locked(name, python).items() if len(found) != 1} == {}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("run", RUN),
        ("dev", [*RUN, *EXTRAS["dev"], *EXTRAS["pictures"], *EXTRAS["check"], *EXTRAS["parquet"], *EXTRAS["serve"]]),
        ("lowest", [*RUN, *EXTRAS["dev"], *EXTRAS["check"], *EXTRAS["parquet"], *EXTRAS["serve"]]),
        ("docs", PYPROJECT["dependency-groups"]["docs"]),
        ("build", PYPROJECT["build-system"]["requires"]),
    ],
)
def test_a_lock_has_all_that_is_asked_for(name: str, asked: list[str], python: str) -> None:
    releases = locked(name, python)
    for requirement in map(Requirement, asked):
        if requirement.marker is None or requirement.marker.evaluate({"sys_platform": "linux"}):
            (release,) = releases.get(canonicalize_name(requirement.name), [None])
            assert release is not None, f"{requirement} is not in requirements/{name}.txt, run: make lock"
            assert requirement.specifier.contains(release), f"{requirement}, but {name}.txt has {release}"


@pytest.mark.parametrize("python", PYTHONS)
def test_make_run_and_make_test_install_the_same_releases(python: str) -> None:
    tested = locked("dev", python)
    assert {package: found for package, found in locked("run", python).items() if tested[package] != found} == {}


@pytest.mark.parametrize("requirement", [each for each in map(Requirement, RUN) if each.marker is None], ids=str)
def test_the_lowest_releases_are_those_that_pyproject_names(requirement: Requirement) -> None:
    (floor,) = (Version(each.version) for each in requirement.specifier if each.operator == ">=")
    (release,) = locked("lowest", PYTHONS[0])[canonicalize_name(requirement.name)]
    assert release.release[: len(floor.release)] == floor.release
