"""Knowledge files of somebody's own, as tests write them."""

from __future__ import annotations

from pathlib import Path

ENTRY = """
[[entry]]
id = "call-fabrikam"
category = "policy"
title = "Fabrikam: call Anna"
meaning = "We know this host."
duration = "either"
duration_note = "Until Anna is back."
causes = ["Their list."]
checks = []
ignore_when = "Never."
avoid = ["Nothing."]
over_when = "It stops."
sources = []
[entry.outbound]
reading = "They refused."
who_acts = "us"
who_note = "We call."
actions = ["Call Anna."]
[entry.inbound]
reading = "We refused."
who_acts = "them"
who_note = "They act."
actions = ["Wait."]
"""
HOST_RULE = """
[[rule]]
id = "fabrikam"
category = "policy"
entry = "call-fabrikam"
confidence = "sure"
remote_hosts = ["mx1.fabrikam.example", ".Contoso.example."]
examples = "550 no"
"""


def note_in(folder: Path, text: str = ENTRY + HOST_RULE, name: str = "fabrikam.toml", area: str = "notes") -> Path:
    """Writes `text` as a file of `folder`, which is returned."""
    (folder / area).mkdir(parents=True, exist_ok=True)
    (folder / area / name).write_text(text, encoding="utf-8")
    return folder
