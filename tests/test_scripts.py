"""What `make` and CI do on machines that lack something: each script is run with stand-ins for the programs there."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
MAKE_VENV = PROJECT / "scripts" / "make-venv.sh"
PYTHONS = PROJECT / ".ci" / "pythons"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts of a Unix shell")

SYSTEM = "/usr/bin:/bin"

# Answers as a Python of some version would, without the modules named in $LACKS, and notes what it is asked to do.
PYTHON = """\
#!/bin/sh
case "$*" in
    *"sys.version_info[:3]"*) echo "{version}" ;;
    *"sys.exit("*) [ "{new_enough}" = yes ] ;;
    *"import ensurepip"*) [ "{venv}" = yes ] ;;
    *"import virtualenv"*) exit 1 ;;
    *) echo "python $*" ;;
esac
"""


def program(folder: Path, name: str, text: str) -> Path:
    """An executable shell script `name` in `folder`."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def python(folder: Path, version: str = "3.12.3", *, new_enough: bool = True, venv: bool = True) -> Path:
    """A stand-in for a Python with or without a working venv module."""
    answers = {"version": version, "new_enough": "yes" if new_enough else "no", "venv": "yes" if venv else "no"}
    return program(folder, "python3", PYTHON.format(**answers))


def make_venv(interpreter: Path | str, folder: Path, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", MAKE_VENV, interpreter, folder],
        env={"PATH": f"{path}:{SYSTEM}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_environment_is_made_with_venv_where_that_works(tmp_path: Path) -> None:
    made = make_venv(python(tmp_path / "bin"), tmp_path / "new", tmp_path / "bin")
    assert made.stdout == f"python -m venv --clear {tmp_path}/new\n"


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("uv", "uv venv --quiet --seed --python {python} {folder}\n"),
        ("virtualenv", "virtualenv --quiet --python {python} {folder}\n"),
    ],
)
def test_without_venv_another_tool_makes_it(tool: str, words: str, tmp_path: Path) -> None:
    interpreter = python(tmp_path / "bin", venv=False)
    program(tmp_path / "bin", tool, f'#!/bin/sh\necho "{tool} $*"\n')
    made = make_venv(interpreter, tmp_path / "new", tmp_path / "bin")
    assert made.stdout == words.format(python=interpreter, folder=tmp_path / "new")


def test_without_any_tool_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    made = make_venv(python(tmp_path / "bin", venv=False), tmp_path / "new", tmp_path / "bin")
    assert made.returncode == 1
    assert made.stdout == ""
    assert made.stderr.count("\n") == 1
    assert made.stderr.startswith("smtpscope: ")
    assert all(each in made.stderr for each in ("python3-venv", "python3.12-venv", "uv", "virtualenv"))


def test_a_python_that_is_too_old_is_told_with_one_that_is_not(tmp_path: Path) -> None:
    old = python(tmp_path / "old", "3.10.13", new_enough=False)
    python(tmp_path / "bin").rename(tmp_path / "bin" / "python3.12")
    made = make_venv(old, tmp_path / "new", tmp_path / "bin")
    assert made.returncode == 1
    assert made.stderr.startswith(f"smtpscope: {old} is Python 3.10.13, smtpscope needs 3.11 or later: ")
    assert f"add PYTHON={tmp_path}/bin/python3.1" in made.stderr or "add PYTHON=/usr/bin/python3.1" in made.stderr
    assert made.stderr.count("\n") == 1


def test_a_python_that_is_missing_is_told(tmp_path: Path) -> None:
    made = make_venv("python3.99", tmp_path / "new", tmp_path / "bin")
    assert made.returncode == 1
    assert made.stderr.startswith("smtpscope: python3.99 can't be run; smtpscope needs Python 3.11 or later: ")


def posing(folder: Path, version: str) -> Path:
    """The Python of these tests, posing as another version."""
    major, minor, _ = version.split(".")
    text = f"""\
#!/bin/sh
sed -e 's/^import platform$/import platform; platform.python_version = lambda: "{version}"/' \\
    -e 's/sys.version_info\\[:2\\]/({major}, {minor})/' \\
    -e 's|os.path.realpath(sys.executable)|"'"$0"'"|' | "{sys.executable}" "$@"
"""
    return program(folder, f"python{major}.{minor}", text)


def test_the_pythons_of_a_machine_are_listed_oldest_first_without_those_too_old(tmp_path: Path) -> None:
    for version in ("3.14.1", "3.9.2", "3.12.10"):
        posing(tmp_path / "bin", version)
    program(tmp_path / "bin", "python3.13", "#!/bin/sh\nexit 127\n")
    listed = subprocess.run(
        ["sh", PYTHONS],
        env={"PATH": f"{tmp_path}/bin:{SYSTEM}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout.splitlines()
    ours = [line for line in listed if str(tmp_path) in line]
    assert ours == [f"3.12.10 {tmp_path}/bin/python3.12", f"3.14.1 {tmp_path}/bin/python3.14"]
    assert listed[-1] == ours[-1]


def test_pyenv_is_looked_through(tmp_path: Path) -> None:
    folder = tmp_path / ".pyenv" / "versions" / "3.98.0" / "bin"
    folder.mkdir(parents=True)
    posing(folder, "3.98.0").rename(folder / "python3")
    listed = subprocess.run(
        ["sh", PYTHONS],
        env={"PATH": SYSTEM, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout.splitlines()
    assert listed[-1] == f"3.98.0 {folder}/python3"


def make(*words: str, **environment: str) -> str:
    """What `make` would run."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    return subprocess.run(
        ["make", "--dry-run", "--no-print-directory", *words],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout


def test_a_python_that_is_asked_for_has_an_environment_of_its_own() -> None:
    version = platform.python_version()
    assert f".venv-{version}/bin/python -m pytest -x tests/a.py" in make(
        "one", "T=tests/a.py", f"PYTHON={sys.executable}"
    )
    assert f".venv-{version}/bin/python -m pytest -x tests/a.py" in make("one", "T=tests/a.py", PYTHON=sys.executable)
    assert " .venv/bin/python -m pytest -x tests/a.py" in make("one", "T=tests/a.py")


@pytest.mark.parametrize(
    ("words", "folder", "lock"),
    [((), ".venv", "requirements/dev.txt"), (("LOWEST=1",), ".venv-lowest", "requirements/lowest.txt")],
)
def test_what_is_installed_for_the_tests_is_locked(words: tuple[str, ...], folder: str, lock: str) -> None:
    # As in a fresh clone, where nothing is installed yet.
    printed = make("pytest", "--always-make", *words)
    assert f"{folder}/bin/python -m pip" in printed
    assert f"--require-hashes --requirement {lock}" in printed


def test_the_newest_releases_are_not_locked_and_their_pictures_not_compared() -> None:
    printed = make("pytest", "--always-make", "NEWEST=1")
    assert ".venv-newest/bin/python -m pytest" in printed
    assert "--upgrade-strategy eager" in printed
    assert "--require-hashes" not in printed
    assert "--ignore tests/app/test_snapshots.py" in printed
    assert "--ignore" not in make("pytest", "--always-make")


def test_scripts_are_portable_shell() -> None:
    for script in (MAKE_VENV, PYTHONS, PROJECT / "scripts" / "lock.sh"):
        assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
        subprocess.run(["sh", "-n", script], check=True, timeout=60)
    assert os.access(PYTHONS, os.X_OK)
