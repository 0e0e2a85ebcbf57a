"""A whole SMTP session as blocks of text: who sent what, when, and where the refusal is."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from smtpscope.app.widgets.prose.prose_blocks import BLANK, ProseBlock, ProseParagraph, bullet, labelled, text
from smtpscope.app.widgets.texts.session_review import review, waits
from smtpscope.harmless import shown, shown_lines
from smtpscope.store.times import format_time, zone_label

if TYPE_CHECKING:
    from smtpscope.session import Sign, SmtpSession

_SIGNS: Final[dict[Sign, str]] = {
    "connected": "+",
    "disconnected": "-",
    "sent": ">",
    "received": "<",
    "information": "*",
}
_STYLES: Final[dict[Sign, str]] = {"sent": "$text-accent", "received": "", "information": "$text-muted"}
LEGEND: Final = "> our server   < other side   + connect   - disconnect   * log comment"


def session_blocks(smtp_session: SmtpSession, offset: int, zone: tzinfo) -> tuple[tuple[ProseBlock, ...], int]:
    """The blocks, and the number of the block with the line at `offset` (0 if it is not among them)."""
    blocks: list[ProseBlock] = [
        labelled(shown(label), text(shown(value)), width=21) for label, value in smtp_session.facts
    ]
    assumed = ", which is assumed" if smtp_session.time_assumed else ""
    blocks.append(labelled("times", text(f"{zone_label(zone)}{assumed}"), width=21))
    if smtp_session.guess:
        blocks.append(bullet(text(shown(smtp_session.guess)), sign="!"))
    if smtp_session.begins_before:
        blocks.append(bullet(text("The session starts in an earlier file of this log"), sign="!"))
    if smtp_session.left_out:
        blocks.append(bullet(text(f"{smtp_session.left_out:,} more lines of this session not shown"), sign="!"))
    blocks += [bullet(text(shown(remark)), sign="!") for remark in review(smtp_session)]
    blocks += [ProseParagraph(text(LEGEND, "$text-muted")), BLANK]
    waited = waits(smtp_session)
    wanted = 0
    day = ""
    for number, line in enumerate(smtp_session.lines):
        here = line.offset == offset
        when = format_time(line.time_ms, zone, fraction=True) or " " * 23
        if when[:10] != day and when.strip():
            day = when[:10]
            blocks.append(ProseParagraph(text(day, "$text-muted")))
        if here:
            wanted = len(blocks)
        if number in waited:
            blocks.append(ProseParagraph(text(f"{waited[number]} passed", "$text-warning"), text(" " * 18)))
        lead = text(f"{'=>' if here else '  '} {when[11:]} {_SIGNS[line.sign]} ", "bold" if here else "$text-muted")
        style = "bold $text-warning" if here else _STYLES.get(line.sign, "")
        first, *others = shown_lines(line.text) or [shown("")]
        blocks.append(ProseParagraph(text(first, style), lead))
        blocks += [ProseParagraph(text(other, style), text(" " * lead.cell_length)) for other in others]
    return tuple(blocks), wanted
