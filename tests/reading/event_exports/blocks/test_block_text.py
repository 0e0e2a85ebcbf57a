"""Where the blocks of Event Viewer stand in a text."""

from __future__ import annotations

import pytest

from smtpscope.reading.event_exports.blocks.block_text import scan_headers


@pytest.mark.parametrize(
    "block",
    [
        "Log Name:      Application\nSource:        MSExchangeTransport\nDate:          11/4/2026 4:30:00 AM\n"
        "Event ID:      7004\nLevel:         Error\nComputer:      EXCH01\nDescription:\nsecond\n",
        "Event Type:\tError\nEvent Source:\tMSExchangeTransport\nEvent Category:\tSMTP\nEvent ID:\t7004\n"
        "Date:\t\t11/4/2026\nTime:\t\t4:30:00 AM\nUser:\t\tN/A\nComputer:\tEXCH01\nDescription:\nsecond\n",
    ],
)
def test_a_block_that_is_cut_off_within_its_labels_takes_no_other_with_it(block: str) -> None:
    for lines in (1, 2, 3):
        cut = "".join(block.splitlines(keepends=True)[:lines])
        (header,) = scan_headers(cut + block, final=True).headers
        assert header.start == len(cut)
