"""Writes the list of what is installed with smtpscope as CycloneDX 1.5: `python scripts/sbom.py dist`.

Versions and hashes are those of requirements/run.txt, licences those of the packages that are installed here. Run it
with the Python of an environment that has them; `make wheel` does.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def licence_of(name: str) -> str:
    """The licence that the installed package names, as SPDX expression or in its own words; "" where it names none."""
    try:
        facts = metadata(name)
    except PackageNotFoundError:
        return ""
    for field in ("License-Expression", "License"):
        text = (facts.get(field) or "").strip()
        if text and "\n" not in text and len(text) < 80:
            return text
    signs = (
        each.rpartition("::")[2].strip() for each in facts.get_all("Classifier") or () if each.startswith("License")
    )
    return ", ".join(signs)


def components(requirements: str) -> list[dict[str, object]]:
    """The packages that `requirements` pins, in CycloneDX's form."""
    found: list[dict[str, object]] = []
    pins = list(_PINNED.finditer(requirements))
    for number, pin in enumerate(pins):
        end = pins[number + 1].start() if number + 1 < len(pins) else len(requirements)
        name, pinned = pin[1], pin[2]
        component: dict[str, object] = {
            "type": "library",
            "name": name,
            "version": pinned,
            "purl": f"pkg:pypi/{name.lower().replace('_', '-')}@{pinned}",
        }
        if licence := licence_of(name):
            component["licenses"] = [{"license": {"name": licence}}]
        if hashes := _HASH.findall(requirements, pin.end(), end):
            # One for each file of the release: which one is installed depends on the system.
            component["properties"] = [{"name": "sha256 of a file of the release", "value": each} for each in hashes]
        found.append(component)
    return found


def document() -> dict[str, object]:
    """The whole list."""
    ours = version("smtpscope")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "smtpscope",
                "version": ours,
                "purl": f"pkg:pypi/smtpscope@{ours}",
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": components((ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")),
    }


if __name__ == "__main__":
    target = Path(sys.argv[1]) / f"smtpscope-{version('smtpscope')}.cdx.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document(), indent=1) + "\n", encoding="utf-8")
    print(target)
