"""A hundred shapes of names in every field of every export: no four characters in a row of a name come through."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Final
from urllib.parse import quote

from export.documents import document, exchange, hostile_document, hostile_report, report
from smtpscope.export.comparison.comparison import ComparedIncident, ComparedSide, Comparison
from smtpscope.export.comparison.comparison_formats import COMPARISON_FORMATS, rendered
from smtpscope.export.conversion.convert_columns import DiagnosedExchange
from smtpscope.export.conversion.convert_text import converted_text
from smtpscope.export.events_format import event_lines
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.masking.masking import Mask
from smtpscope.export.report.report_formats import REPORT_FORMATS
from smtpscope.export.summaries.summary import SummaryDocument
from smtpscope.export.unknown_replies import UnknownReply, masked_replies, unknown_lines, unknown_text
from smtpscope.knowledge.advice import Match
from smtpscope.knowledge.live.check_kinds import KINDS, CheckKind
from smtpscope.parsing.smtp_exchange import Direction, Reply, ReplyValues, SmtpExchange
from smtpscope.probes.live_check import DnsQuery, LiveCheck, LiveResult, LiveTarget
from smtpscope.store.incident_key import IncidentKey
from support.changed import replace

A: Final = "zbigwkrz"
B: Final = "qvantrokx"
"""Parts of a name of which no four letters in a row are in any word of ours."""
NUMBER: Final = "7395148260"


def _fullwidth(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def _hex(text: str) -> str:
    return text.encode().hex()


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _percent(text: str) -> str:
    return "".join(f"%{ord(sign):02X}" for sign in text)


def _entities(text: str) -> str:
    return "".join(f"&#{ord(sign)};" for sign in text)


def _quoted_printable(text: str) -> str:
    return "".join(f"={ord(sign):02X}" for sign in text)


# What is planted, and the parts that must not come through. Domains of four letters or fewer and words such as `cn`
# are everybody's.
PLAIN: Final = (
    *("{a}", "{A}", "{C}", "{a}-{b}", "{a}_{b}", "{a}.{b}", "{a}{b}", "{C}{D}", "{a}01", "{A}-01", "01{a}", "{a}$"),
    *("{a}@{b}.example", "<{a}@{b}.example>", "{a}.{b}@{a}.example", '"{a} {b}"@{b}.example', "{a}+{b}@{a}.example"),
    *(
        "{a}'{b}@{b}.example",
        "{A}@{B}.EXAMPLE",
        "{a}@{b}",
        "@{b}.example",
        "{a}@",
        "{a}@{b}.example.",
        "{a}={b}@x.example",
    ),
    *(
        "{a}@[192.0.2.77]",
        "{a} @ {b}.example",
        "{a} (at) {b} (dot) example",
        "{a} at {b} dot example",
        "{a}[at]{b}[dot]org",
    ),
    *(
        "{a}%40{b}.example",
        "{a}%40{b}%2Eexample",
        "{a}&#64;{b}.example",
        "{a}&#64;{b}&#46;example",
        "{a}&commat;{b}.org",
    ),
    *(
        "{a}=40{b}.example",
        "{a}\\100{b}.example",
        "{a}\\x40{b}\\x2eexample",
        "{a}\u200b@\u200b{b}.example",
        "{a}\uff20{b}.example",
    ),
    *(
        "mail.{b}.example",
        "mail.{b}.example.",
        "{a}.{b}.example",
        "[{a}.{b}.example]",
        "{b}.local",
        "{b}",
        "*.{b}.example",
    ),
    *(
        "mx1-{b}",
        "MX-{B}-02",
        "{a}_mx.{b}.example",
        "https://{b}.example/{a}",
        "https://{b}.example/?e={a}&x={b}",
        "//{b}/{a}",
    ),
    *(
        "http://{a}:{b}@{b}.example/",
        "ftp://{b}.example",
        "file:///home/{a}/{b}.log",
        "C:\\Users\\{a}\\{b}.evtx",
        "\\\\{b}\\{a}$",
    ),
    *("/o={b}/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn={a}", "/C=de/A= /P={b}/S={a}/G={b}/"),
    *("IMCEAEX-_O={b}_OU=First+20Administrative+20Group_CN=RECIPIENTS_CN={a}@{b}.example", "X500:/o={b}/cn={a}"),
    *(
        "{b}!{a}",
        "{b}!relay!{a}",
        "{a}%{b}@relay",
        "@relay:{a}@{b}.example",
        "rfc822;{a}@{b}.example",
        "smtp:{a}@{b}.example",
    ),
    *("Default {A}", "Client Proxy {A}", "Outbound to {b}", "{b}\\Default Frontend {A}", "Internet {b} Send Connector"),
    *(
        "{B}\\{a}",
        "{a}@{b}.local",
        "CN={a},OU={b},DC={b},DC=local",
        "uid={a},o={b}",
        "{a}/{b}",
        "{a}|{b}",
        "{a}:{b}",
        "{a},{b}",
    ),
    *(
        "'{a}'",
        '"{a}"',
        "`{a}`",
        "({a})",
        "[{a}]",
        "{{{a}}}",
        "<{a}>",
        "*{a}*",
        "_{a}_",
        "~{a}~",
        "#{a}",
        "user={a}",
        "to=<{a}>",
    ),
    *(
        "{a}\t{b}",
        "{a}\n{b}",
        "{a} {b}",
        "Mr. {C} {D}",
        "helo={a}",
        "HELO {a}",
        "sender {a} refused",
        "no such user: {a}",
    ),
)
CODED: Final[tuple[tuple[str, Callable[[], tuple[str, ...]]], ...]] = (
    ("full width", lambda: (_fullwidth(A), _fullwidth(B))),
    ("hexadecimal", lambda: (_hex(A),)),
    ("base64", lambda: (_base64(A + B).rstrip("="),)),
    ("percent", lambda: (_percent(A),)),
    ("entities", lambda: (_entities(A),)),
    ("quoted-printable", lambda: (_quoted_printable(A),)),
    ("mailbox with percents", lambda: (quote(A), quote(B))),
    ("customer number", lambda: (NUMBER,)),
    ("telephone", lambda: ("171 5550123",)),
    ("telephone in pairs", lambda: ("01 42 68 53 17",)),
    ("customer number in groups", lambda: ("713 902 846",)),
    ("short customer number", lambda: ("98-765",)),
    ("hardware address", lambda: ("7A:1C:9B:3F:4D:5E",)),
    ("fingerprint", lambda: ("7a-1c-9b-3f-4d-5e-66-77",)),
    ("spelled out", lambda: (" ".join(A), ".".join(B))),
    ("IPv4 address with commas", lambda: ("198,51,100,77",)),
    ("IPv4 address with blanks", lambda: ("198 51 100 77",)),
    ("IPv4 address", lambda: ("198.51.100.77",)),
    ("IPv4 address with hyphens", lambda: ("198-51-100-77",)),
    ("IPv4 address as a number", lambda: ("3325256781",)),
    ("IPv6 address", lambda: ("2001:db8:7777:6666::5555",)),
    ("GUID", lambda: ("5b4d1e7a-93c2-47f6-8d1b-6a2f0c9e7d35",)),
    ("SID", lambda: ("3623811015-3361044348-30300820",)),
)


def shapes() -> list[tuple[str, tuple[str, ...]]]:
    plain = [(shape.format(a=A, b=B, A=A.upper(), B=B.upper(), C=A.title(), D=B.title()), (A, B)) for shape in PLAIN]
    coded = [("@".join(parts()) if len(parts()) > 1 else _around(name, parts()[0]), parts()) for name, parts in CODED]
    return plain + coded


def _around(name: str, part: str) -> str:
    return {"telephone": f"+49 {part}", "SID": f"S-1-5-21-{part}-1013", "IPv6 address": f"IPv6:{part}"}.get(name, part)


def _planted(text: str) -> SummaryDocument:
    """`text` in every field that a log fills, and in our sentences, which quote it."""
    made = hostile_document(text)
    whole = [
        replace(
            each,
            incident=replace(
                each.incident,
                key=replace(each.incident.key, category="policy"),
                days=document().incidents[0].incident.days,
            ),
            advice=replace(each.advice, match=replace(each.advice.match, category="policy", runner_up="policy")),
            sample=_sample(text),
            live=_live(text),
        )
        for each in made.incidents
    ]
    return replace(made, incidents=tuple(whole), zone_name="UTC")


def _live(text: str) -> tuple[LiveResult, ...]:
    """Results of live checks, whose answers are of strangers."""
    target = LiveTarget(text, zone=text, address=text, host=text, selector=text, mailbox=text, helo=text)
    kinds: tuple[CheckKind, ...] = ("block-list", "dkim", "recipient", "smtp")
    return tuple(
        LiveResult(
            check=LiveCheck(kind, target, (DnsQuery(text, "TXT"),), refusal=text),
            finding=next(iter(KINDS[kind].findings)),
            sentence=f"{text} answers: {text}",
            evidence=(f"TXT {text}: {text}", text),
            asked=(text,),
            time_ms=1_774_180_800_000,
            conclusion=f"It means that {text} is listed",
            values=((text, text),),
        )
        for kind in kinds
    )


def _compared(text: str) -> Comparison:
    side = ComparedSide(text, (f"/logs/{text}.log",), 1_774_180_800_000, 1_774_190_800_000, 3)
    incident = ComparedIncident(
        key=IncidentKey(Direction.OUTBOUND, text, 550, "policy"),
        host=text,
        cause=text,
        who_acts="us",
        change="new",
        before=0,
        after=3,
        ratio=None,
        first_ms=1_774_180_800_000,
        last_ms=1_774_190_800_000,
        state="ongoing",
        quiet_ms=0,
    )
    return Comparison(side, side, (incident,), f"host:{text}", UTC, "UTC")


def _sample(text: str) -> SmtpExchange:
    sample = hostile_document(text).incidents[0].sample
    values = ReplyValues((text,), (text,), (text,), (text,), (text,))
    reply = Reply(f"550 5.1.1 {text} refused", 550, "5.1.1", f"{text} refused", values)
    return replace(sample, reply=reply, connector=text, problem=text, guess=text)


def _exports(text: str, *, strict: bool = False) -> Iterable[tuple[str, str]]:
    planted, sample = _planted(text), _sample(text)

    def mask() -> Mask:
        return Mask(strict=strict)

    for name, each in SUMMARY_FORMATS.items():
        yield f"summary {name}", each.render(planted, mask=mask())
    row = replace(report().rows[0], code=text, host=text, cause=text, remote_host=text)
    rows = tuple(replace(row, named=named) for named in ("host", "recipient", "server", ""))
    table = replace(hostile_report(text), rows=rows, group_by="recipient", zone_name="UTC")
    for report_name, drawn in REPORT_FORMATS.items():
        yield f"report {report_name}", drawn.render(table, mask=mask(), width=400)
    for form in COMPARISON_FORMATS:
        yield f"compared {form}", rendered(_compared(text), form, mask())
    for lines in ("jsonl", "csv"):
        yield f"events {lines}", "".join(event_lines([(sample, "policy")], lines, mask=mask()))
    for converted in ("jsonl", "ecs", "csv"):
        diagnosed = DiagnosedExchange(mask().exchange(sample), "policy", "us")
        yield f"converted {converted}", "".join(converted_text([diagnosed], converted))
    guessed = masked_replies(
        [UnknownReply(sample, Match("policy", "policy", "similar reply", text, "guess"), 3, 1)], mask()
    )
    yield "unknown replies", "".join((*unknown_text(guessed, 3, masked=True), *unknown_lines(guessed)))


def _pieces(part: str) -> set[str]:
    return {part[start : start + 4].casefold() for start in range(len(part) - 3)}


_JOINED: Final = re.compile(r"[\s\\]")
ALWAYS_THERE: Final = _pieces(_JOINED.sub("", "".join(text for _, text in _exports("relay")).casefold()))


def _leaks(text: str, parts: tuple[str, ...]) -> set[str]:
    # An export may wrap its lines and escape signs, so it is searched without blanks and backslashes.
    found = _JOINED.sub("", text.casefold())
    return {piece for part in parts for piece in _pieces(_JOINED.sub("", part)) if piece in found} - ALWAYS_THERE


def test_no_part_of_a_name_is_left_in_any_export() -> None:
    for planted, parts in shapes():
        leaks = {name: found for name, text in _exports(planted) if (found := _leaks(text, parts))}
        assert leaks == {}, planted


def test_no_part_of_a_name_is_left_by_the_strict_mask() -> None:
    for planted, parts in shapes()[::7]:
        leaks = {name: found for name, text in _exports(planted, strict=True) if (found := _leaks(text, parts))}
        assert leaks == {}, planted


def test_the_search_for_what_is_left_finds_an_unmasked_name() -> None:
    text = "".join(event_lines([(exchange(f"550 {A} refused"), None)], "jsonl"))
    assert _leaks(text, (A,)) == _pieces(A)


def test_there_are_a_hundred_shapes() -> None:
    assert len({planted for planted, _ in shapes()}) >= 100
