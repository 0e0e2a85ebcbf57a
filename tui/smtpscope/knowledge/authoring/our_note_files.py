"""Writes, changes and removes notes in a folder without losing what somebody else wrote in the meantime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

import msgspec

from smtpscope.errors import KnowledgeError
from smtpscope.knowledge.authoring.own_notes import note_id, note_text
from smtpscope.knowledge.files.knowledge_files import OUR_NOTES, area_files, read_our_notes
from smtpscope.knowledge.our_notes import OurNote, merged_text

LONGEST_NOTE: Final = 10_000
_HEADER: Final = """\
# Our note: shown above the guidance for these replies, and in no letter. `a` in the browser changes it.

"""


def our_note_in(folder: Path, about: OurNote) -> str:
    """The note in `folder` on exactly the subject of `about`, "" if there is none. Raises KnowledgeError."""
    found = _find(folder, about)
    return "" if found is None else found[1].text.strip()


def write_our_note(folder: Path, note: OurNote, *, seen: str) -> str:
    """Saves `note` for its subject and returns the saved text. A blank text removes the note.

    `seen` is the text the user started from. If it was changed in the meantime, both texts are kept and nothing is
    removed.

    Raises KnowledgeError if the text is longer than 10,000 characters, or the folder can't be read or written.
    """
    found = _find(folder, note)
    stands = "" if found is None else found[1].text.strip()
    text = merged_text(stands, "\n".join(note.text.splitlines()).strip(), seen)
    if len(text) > LONGEST_NOTE:
        raise KnowledgeError(
            where="our note", what=f"it has more than {LONGEST_NOTE:,} characters", remedy="Make it shorter"
        )
    if text == stands:
        return text
    if found is None:
        names = {path.stem for path in area_files(folder, OUR_NOTES)}
        host = next(iter(note.remote_hosts), "") or "no-host"
        stem = note_id(names, host, str(note.code or "no-code"), note.category)
        path, others = folder / OUR_NOTES / f"{stem}.toml", []
    else:
        path = found[0]
        others = [each for place, each in read_our_notes(folder) if place == path and not _same(each, note)]
    notes = [*others, *([msgspec.structs.replace(note, text=text)] if text else [])]
    _write(path, notes)
    return text


def _find(folder: Path, about: OurNote) -> tuple[Path, OurNote] | None:
    return next((placed for placed in read_our_notes(folder) if _same(placed[1], about)), None)


def _same(one: OurNote, other: OurNote) -> bool:
    """Whether both are about the same replies."""

    def key(note: OurNote) -> tuple[object, ...]:
        return note.direction, note.remote_hosts, note.code, note.category

    return key(one) == key(other)


def _write(path: Path, notes: Sequence[OurNote]) -> None:
    """Writes the file with `notes` atomically; removes it if there are no notes."""
    temporary = path.with_name(f".{path.stem}-{token_hex(4)}.tmp")
    try:
        if not notes:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write("".join(_parts(notes)))
            temporary.replace(path)
        finally:
            with suppress(OSError):
                temporary.unlink()
    except OSError as error:
        raise KnowledgeError(
            where=str(path),
            what=f"it can't be written: {error.strerror or error}",
            remedy="Check the rights and the space",
        ) from error


def _parts(notes: Sequence[OurNote]) -> Iterator[str]:
    yield _HEADER
    yield "\n".join(map(note_text, notes))
