"""What each action is good for, in one sentence; the palette lists actions in this order, the most needed first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PURPOSES: Final[Mapping[str, str]] = {
    "browse.copy_summary": "the incident as text for a ticket: cause, action, counts, recipients, guidance",
    "browse.filter": "show only some refusals: words, codes, host:, rcpt:, since:",
    "browse.export": "write a report or a letter to their postmaster into a file",
    "browse.timeline": "when it happened, how often a day, and a range of time for the filter",
    "browse.counts": "how often each recipient, sender, host and reply occurs",
    "browse.compare": "what is new, gone, more or fewer since a day, or between two logs",
    "browse.grouping": "list by code, host, cause, recipient, server or any two of them",
    "browse.sort": "order by attention, count, time, code, host or cause",
    "browse.only": "filter to the value under the cursor",
    "browse.hide": "leave out the value under the cursor",
    "browse.columns": "choose which columns the table has",
    "browse.undo": "take back the last change of filter, marks or notes",
    "browse.clear": "show everything again",
    "browse.dialogue": "what was said before and after the refusal, where the log has it",
    "browse.raw": "the record as it is in the file",
    "browse.copy_event": "the event under the cursor, as text",
    "browse.edit": "read and search it in your own editor or pager",
    "browse.mark": "mark incidents to export them together",
    "browse.unmark_all": "take all marks away",
    "browse.note": "write down what you found out; it is there the next time",
    "browse.our_note": "a note that is shown for this cause or host in every log",
    "browse.views": "keep this filter, grouping and order under a name, or open one",
    "browse.knowledge": "search causes and guidance",
    "browse.follow": "show new lines as the logs grow",
    "browse.bell": "ring the terminal's bell when new refusals come in",
    "browse.information": "which files were read, how they were recognised, what was skipped",
    "browse.zone": "show times in another time zone, or correct logs that name none",
    "browse.duplicates": "count events that are in several logs once or every time",
    "browse.side": "show guidance or facts where there is no room for both",
    "browse.layout": "put the detail below the table or beside it",
    "browse.grouping_back": "the grouping before this one",
    "browse.next_incident": "go to the next incident without opening groups",
    "browse.next_event": "read the events of an incident one by one",
    "browse.reverse": "the other end of the order first",
    "browse.redo": "repeat what was taken back",
    "app.theme": "other colours",
    "app.redraw": "after another program wrote on the screen",
    "app.suspend": "back to the shell; fg continues",
    "app.quit": "your place is kept for the next time",
}


def rank(action: str) -> int:
    """The place of an action in the palette; those without a purpose come last."""
    order = list(PURPOSES)
    return order.index(action) if action in PURPOSES else len(order)
