"""The words that no text for users has, each with what to write instead and why; docs/wording.md shows the list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Wording:
    """`pattern` finds the clumsy words (any case); `bad` is an example of them, `good` the same as people write it."""

    pattern: str
    bad: str
    good: str
    why: str

    def found_in(self, text: str) -> str:
        """The clumsy words in `text`, with some of what is around them; "" where there are none."""
        found = re.search(self.pattern, text, re.IGNORECASE)
        return "" if found is None else text[max(0, found.start() - 30) : found.end() + 30]


_ORDER: Final = "word order of another language"
_VERB: Final = "a verb that English uses differently"
_TERM: Final = "not the term that people search for"
_LABEL: Final = "other programs call it that"

WORD_LIST: Final = (
    Wording(r"(?<!one )(?<!none )\bof ours\b", "a device of ours", "one of our devices", _ORDER),
    Wording(
        r"\b(?:none|528) of (?:ours|yours)\b", "528 of ours, 80 others", "528 SMTP refusals, 80 other records", _TERM
    ),
    Wording(r"\b(?:is|are|was|were|be) told\b", "the reason is told", "the reason is shown", _VERB),
    Wording(
        r"\btells (?:which|why|how|what|whether|that|the reason)\b", "the link tells why", "the link says why", _VERB
    ),
    Wording(r"\banew\b", "export the log anew", "export the log again", _ORDER),
    Wording(
        r"\bstands? (?:in|at|on|behind|beside|before|after|around|under|there|for itself)\b",
        "the address stands in the reply",
        "the IP address is in the reply",
        _VERB,
    ),
    Wording(r"\bstood (?:in|at|on|behind|there)\b", "where you stood in a log", "your place in a log", _VERB),
    Wording(r"\bby none\b", "grouped by none", "all events", _ORDER),
    Wording(r"\bround in (?:a )?circles?\b", "the message goes round in circles", "mail loop", _TERM),
    Wording(
        r"(?-i:\b(?:WE|NOBODY|SIDE|SENDER|RECIPIENT) (?:have|has) to act\b)", "WE have to act", "Action: us", _LABEL
    ),
    Wording(r"\b(?:nobody|they|the sender) acts?\b", "nobody acts", "no action needed", _LABEL),
    Wording(r"\bacts: (?:we|they)\b", "acts: we", "Action: us", _LABEL),
    Wording(r"\btaken apart\b", "the event could not be taken apart", "the event could not be parsed", _TERM),
    Wording(r"\b(?:Microsoft )?verb refused\b", "Microsoft verb refused", "Exchange command refused", _TERM),
    Wording(r"^(?:line|pane|filter|incident|event|grouping|next) before$", "Pane before", "Previous pane", _LABEL),
    Wording(r"^(?:finer|coarser)$", "Coarser", "Zoom out", _LABEL),
    Wording(r"(?-i:^No filter$)", "No filter", "Clear filter", _LABEL),
    Wording(r"\bback as it was\b", "Back as it was", "Cancel", _LABEL),
    Wording(r"\bwho is concerned\b", "Who is concerned", "Affected recipients and servers", _LABEL),
    Wording(r"\bas already there\b", "3 left out as already there", "3 duplicates skipped", _ORDER),
    Wording(r"\bpassed over\b", "lines are passed over", "lines are skipped", _VERB),
    Wording(
        r"(?<!there )\b(?:is|are) no (?!longer\b|more\b|better\b)(?:[a-z]+ )?[a-z]+\b",
        "standard output is no terminal",
        "standard output is not a terminal",
        _ORDER,
    ),
    Wording(r"\bno (?:longer|more) (?:is|are) there\b", "no more are there", "there are no more", _ORDER),
    Wording(r"\bthe list has it\b", "the list has it", "our IP address is listed", _ORDER),
    Wording(r"\bwhen the log ends\b", "over when the log ends", "over for 3 days (log ends 11-22 23:12)", _ORDER),
    Wording(r"\bexplanations? stands?\b", "4 explanations stand behind this row", "This row covers 4 causes", _VERB),
    Wording(r"\ba mistake in smtpscope\b", "a mistake in smtpscope", "a bug in smtpscope", _TERM),
    Wording(r"\bmistake is (?:told|explained)\b", "a mistake is told with its place", "errors name the place", _VERB),
    Wording(r"\bthe house\b", "how the house is built", "the architecture", "a metaphor nobody looks for"),
    Wording(r"\bfits? the filter\b", "none fits the filter", "none match the filter", _TERM),
    Wording(r"\btakes? (?:no )?mail\b", "the server takes no mail", "the server accepts no mail", _TERM),
    Wording(r"\b(?:is|are) not taken\b", "mail is not taken", "mail is not accepted", _TERM),
    Wording(r"\bmostly\b", "mostly within an hour", "usually within an hour", "mostly means for the greater part"),
    Wording(
        r"\bblanks\b|\b(?:a|one|each|or|,) blank\b(?! (?:sender|line|row|text|one))",
        "with single blanks",
        "with single spaces",
        _TERM,
    ),
    Wording(r"\bin the place of\b", "in the place of the reply", "instead of the reply", _ORDER),
    Wording(r"\bfrom when\b", "from when to when a log goes", "the time span of a log", _ORDER),
    Wording(r"\bare there already\b", "events that are there already", "duplicate events", _ORDER),
    Wording(r"\bunder pseudonyms\b", "hosts stand under pseudonyms", "hosts are replaced with pseudonyms", _ORDER),
    Wording(r"\blog[- ]in at\b", "could not log in at the server", "could not log in to the server", _ORDER),
    Wording(r"\bon another way\b", "the file came on another way", "the file came another way", _ORDER),
    Wording(r"\bso that it may\b", "so that it may leave the company", "so it can be shared", _ORDER),
)
"""In no order but that in which they were found."""
