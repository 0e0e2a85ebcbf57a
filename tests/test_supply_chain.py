"""What is installed with smtpscope is listed, with licences, and each optional package may be missing."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.reading.evtx.evtx_log import EvtxReader
from smtpscope.reading.record import ReadOptions
from smtpscope.session import Analysis
from support.evtx_events import many_events
from support.evtx_writer import evtx_bytes
from support.memory_source import MemorySource
from support.packed_logs import PACKED, log

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "scripts" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=;\[ ]", each)[0] for each in requirements}


def test_the_list_names_each_dependency_with_version_licence_and_hashes() -> None:
    found = {each["name"]: each for each in sbom().document()["components"]}
    assert names(PROJECT["dependencies"]) <= found.keys()
    assert all(each["version"] and each["properties"] for each in found.values())
    assert {"evtx", "textual", "numpy"} <= {name for name, each in found.items() if "licenses" in each}


def test_security_tells_the_licence_of_each_dependency() -> None:
    table = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    extras = [
        each
        for name, extra in PROJECT["optional-dependencies"].items()
        if name not in ("dev", "pictures")
        for each in extra
    ]
    assert [name for name in sorted(names([*PROJECT["dependencies"], *extras])) if name not in table] == []


def test_no_module_of_ours_loads_what_only_the_tests_may_use() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tui").rglob("*.py")]
    assert not any(re.search(r"^\s*(?:import|from) (?:pyevt|pyevtx)\b", text, re.MULTILINE) for text in texts)


WITHOUT_NATIVE = """
import sys
for name in ("evtx", "zstandard", "pyarrow", "textual_serve", "dns", "cryptography"):
    sys.modules[name] = None
from smtpscope.cli import main
sys.argv[1:1] = ["report"]
main()
"""


def test_without_what_is_optional_a_report_of_a_text_log_is_written() -> None:
    sample = ROOT / "data" / "samples"
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_NATIVE, str(sample)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT / "tui",
        check=False,
    )
    assert "550" in run.stdout, run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("form", "library", "remedy"),
    [("Zstandard", "zstandard", "pip install zstandard"), ("xz", "lzma", "built with it")],
)
def test_without_its_library_a_packed_log_is_told(
    form: str, library: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed, plain = tmp_path / "packed", tmp_path / "plain.log"
    packed.write_bytes(PACKED[form](log(0, 20)))
    plain.write_bytes(log(20, 30))
    monkeypatch.setitem(sys.modules, library, None)
    analysis = Analysis(KnowledgeBase.load())
    analysis.open([str(packed), str(plain)])
    analysis.read_all()
    (error,) = analysis.errors
    assert library in error.what
    assert "not installed" in error.what
    assert remedy in error.remedy
    assert len(analysis.store) == 10


def test_without_the_fast_decoder_an_evtx_is_read_and_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from smtpscope.reading.evtx.decoding import chunk_decoder
    from support.fake_decoders import command

    missing = chunk_decoder.DecoderProcess(command("missing"))
    monkeypatch.setattr(chunk_decoder.FileDecoder.__init__, "__defaults__", (missing,))
    source = MemorySource(evtx_bytes(many_events(40, ours_every=2)))
    batches = list(EvtxReader(source, ReadOptions(), quick=False).batches())
    assert sum(len(batch.records) for batch in batches) == 20
    assert any("can't be loaded (No module named 'evtx')" in p.reason for batch in batches for p in batch.problems)
    missing.close()
