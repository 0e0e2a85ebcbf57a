"""Lines inside the blocks of OSSEC's and Wazuh's alerts.log.

** Alert 1510376401.0: - syslog,postfix
2017 Nov 11 00:00:01 (mx) 192.0.2.10->/var/log/maillog
Rule: 3301 (level 6) -> 'Attempt to use mail server as relay'
Src IP: 198.51.100.7
Nov 11 00:00:01 mx postfix/smtpd[4711]: NOQUEUE: reject: ...
"""

from __future__ import annotations

import re

from smtpscope.reading.text.encodings import TextBlock
from smtpscope.reading.wrappers.inner_header import Labels, labelled
from smtpscope.reading.wrappers.wrapper import Damage, InnerLine, Unwrapped

_ALERT = re.compile(r"^\*\* Alert (?P<seconds>\d{9,10})\.\d{1,12}:[^\n]*\n", re.M)
_PLACE = re.compile(
    r"\d{4} \w{3} [ \d]\d \d\d:\d\d:\d\d (?:\((?P<name>[^)\n]{1,255})\) )?(?P<host>[^\s>]{1,255})->[^\n]*\n"
)
_RULE = re.compile(r"^Rule: ", re.M)
_KNOWN = re.compile(r"(?:Rule|Src IP|Src Port|Dst IP|Dst Port|User|Src Location|Last user|IP): ")


class AlertBlocks:
    """See `Wrapper`."""

    name = "ossec-alerts"
    title = "alerts of OSSEC or Wazuh"
    recognised_by = 'blocks that begin with "** Alert" and have "Rule:"'

    def fits(self, head: str) -> bool:
        """See `Wrapper`."""
        return _ALERT.search(head) is not None and _RULE.search(head) is not None

    def unwrap(self, block: TextBlock, head: str, *, final: bool) -> Unwrapped:
        """See `Wrapper`."""
        text = block.text
        alerts = list(_ALERT.finditer(text))
        if not alerts:
            return Unwrapped([], [], len(text) if final else 0)
        ends = [alert.start() for alert in alerts[1:]] + [len(text)]
        whole = len(alerts) if final else len(alerts) - 1
        lines: list[InnerLine] = []
        damages: list[Damage] = []
        for alert, end in zip(alerts[:whole], ends, strict=False):
            place = _PLACE.match(text, alert.end(), end)
            if place is None:
                damages.append(Damage(alert.start(), "the alert is cut off: it does not say where it is from"))
                continue
            labels = Labels(alert["seconds"], place["name"] or place["host"])
            said = [line for line in block.cut(place.end(), end).split("\n") if line.strip() and not _KNOWN.match(line)]
            lines += [InnerLine(alert.start(), end, labelled(line, labels)) for line in said]
        return Unwrapped(lines, damages, len(text) if final else alerts[-1].start())
