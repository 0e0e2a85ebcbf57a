"""Our note on an incident: stored with our own notes, and effective at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from smtpscope.knowledge.base import KnowledgeBase
from smtpscope.knowledge.our_notes import NO_HOST, OurNote, direction_word
from smtpscope.session.view_values import IncidentDetail


class OurNoteKeeper:
    """Notes on all refusals with the direction, remote host, reply code and cause of an incident, in every log."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge

    def text(self, detail: IncidentDetail) -> str:
        """Our note on this incident, as far as it can be edited here, "" if there is none; not yet harmless.

        Notes of other folders, or written by hand for a whole domain, are not in it. Raises KnowledgeError.
        """
        from smtpscope.knowledge.authoring.our_note_files import our_note_in

        return our_note_in(_folder(), _about(detail, ""))

    def write(self, detail: IncidentDetail, text: str, *, seen: str) -> str:
        """Makes `text` our note (blank removes it), and returns the result: `seen` is the note as it was when
        editing started; text that somebody else wrote meanwhile is kept. Raises KnowledgeError.
        """
        from smtpscope.knowledge.authoring.our_note_files import write_our_note

        folder = _folder()
        stands = write_our_note(folder, _about(detail, text), seen=seen)
        self._knowledge.renew_our_notes(folder)
        return stands


def _folder() -> Path:
    from smtpscope.configuration.paths import own_knowledge_folder

    return own_knowledge_folder()


def _about(detail: IncidentDetail, text: str) -> OurNote:
    key = detail.incident.key
    replies = [reply for reply, _ in detail.incident.replies]
    return OurNote(
        text=text,
        remote_hosts=(key.host_key or NO_HOST,),
        code=key.code,
        category=key.category,
        direction=direction_word(key.direction),
        reply=replies[0] if replies else "",
        written=datetime.now(UTC).date(),
    )
