"""The names under which a record of a delivery has its recipient, the reply, the host and the time.

Mail services report deliveries as JSON (webhooks, their APIs, queues) and as CSV (accounting files, exports): their
names are alike, whoever writes them. Each record becomes a line in our own form, which `delivery_log` reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from smtpscope.reading.wrappers.deliveries import delivery_names
from smtpscope.reading.wrappers.inner_header import Labels, labelled

SIGN: Final = "delivery-record: "
"""The beginning of such a line, before the record."""

DELIVERED: Final[dict[str, object]] = {"delivered": True}
"""The record of a delivery that did not fail."""
_DELIVERED_TEXT: Final = msgspec.json.encode(DELIVERED).decode()

_INNER: Final = ("message", "body", "payload")
"""Names under which a message queue may wrap a whole record as text."""
_OF_MAIL: Final = re.compile(
    r"rcpt|smtp|mta(?:ip)?(?:\s|\Z)|mxhost|dsn|bounce|diagnostic|deliverystatus|delayreason|rawreason|enhancedcode|mailserver|responsecode"
    r"|messageid|rejcode|deliveryhost"
)
_OF_OTHERS: Final = frozenset(("originplace", "smtpscope.originplace", "p1fromaddress", "recipientstatus"))
"""Names in forms with readers of their own: our conversions, Exchange's agent log and message tracking."""
_OF_FAILURE: Final = re.compile(
    r"(?:email\.|message\.)?(?:hard|soft|perm|temp|permanent|temporary|transient)?[ _-]?"
    r"(?:bounce|bounced|deferred|deferral|delayed|delay|deliverydelay|delivery_delayed|undelivered|failure|failed|fail"
    r"|dropped|rejected|rej|blocked|expired|expiration)",
    re.IGNORECASE,
)
_IS_REPLY: Final = re.compile(r"[245]\d\d(?:[ \-]|\Z)")
_TYPE: Final = re.compile(r"\A\s{0,8}(?:smtp|x-[\w-]{1,40}|dns) ?; ?", re.IGNORECASE)
_ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_SOMEWHERE: Final = re.compile(r"said: [45]\d\d|(?<![\w.])[45]\d\d[ \-][45]\.\d{1,3}\.\d{1,3}(?![\w.])")
# An apostrophe is a letter of a name (o'neil), but not where it may be a quote.
_MAILBOX: Final = re.compile(r"[^\s<>,;\"'()\[\]][^\s<>,;\"()\[\]]{0,255}@[^\s<>,;\"'()\[\]]{1,255}")
_PARTS: Final = ("enhancedcode.class", "enhancedcode.subject", "enhancedcode.detail")
"""Of an enhanced status code, as KumoMTA has them."""
ONE_MAILBOX: Final = (
    r"[^\x00-\x20<>,;\"'()\[\]@\\][^\x00-\x20<>,;\"()\[\]@\\]{0,255}@[^\x00-\x20<>,;\"'()\[\]@\\]{1,255}"
)
"""A regular expression for the text of a mailbox, as JSON writes it without an escape."""
_SIGNS: Final = re.compile(r"[^a-z0-9.@]+")
_IS_CODE: Final = re.compile(r"[45]\d\d")
_READY: Final = re.compile(
    r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|\+00:00)|1\d{9}(?:\.\d{3})?", re.ASCII
)
_MILLISECONDS: Final = 13
"""Digits of a time in milliseconds since 1970."""
_LONGEST: Final = 1 << 16
_LONGEST_NAME: Final = 64
_SHORT: Final = 8
"""Shorter names must match as a whole; longer ones may have words before them ("event SMTP reply code")."""
_MOST_RECIPIENTS: Final = 5_000
_DEEPEST: Final = 8

Fields = Mapping[str, object]


class RecordPlan(NamedTuple):
    """For records with the same names: those that may hold each fact, in order of preference."""

    recipients: tuple[str, ...]
    replies: tuple[str, ...]
    reasons: tuple[str, ...]
    codes: tuple[str, ...]
    statuses: tuple[str, ...]
    hosts: tuple[str, ...]
    commands: tuple[str, ...]
    times: tuple[str, ...]
    events: tuple[str, ...]
    is_ours: bool
    is_queued: bool
    is_postfix: bool
    is_of_mail: bool
    is_of_others: bool


def delivery_lines(record: Mapping[str, object], prefix: str = "") -> list[str]:
    """One line for each recipient of `record`; none if it is not a record of a delivery.

    `prefix` is the text before the record in its line, possibly a time.
    """
    flat = _flat(record)
    found = (
        _line(payload, _time(each, plan) or prefix)
        for each in _each_recipient(flat)
        for plan in (plan_of(tuple(each)),)
        for payload in _payloads(each, plan)
    )
    lines = list(islice(found, _MOST_RECIPIENTS))
    if lines:
        return lines
    for name in _INNER:
        inner = flat.get(name)
        if isinstance(inner, str) and inner[:1] == "{" and len(inner) < _LONGEST:
            try:
                value = json.loads(inner, strict=False)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict) and value.keys() != record.keys():
                return delivery_lines(value, prefix)
    return []


def arrived(time: str) -> str:
    """The line of a record of mail that arrived at `time`."""
    return _line(DELIVERED, time)


@lru_cache(maxsize=256)
def all_folded(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The `names` of a record without nested ones, folded; None if two are alike then."""
    folded = tuple(map(_folded, map(str, names)))
    return folded if len(set(folded)) == len(folded) else None


@lru_cache(maxsize=4_096)
def is_failure(event: str) -> bool:
    """Whether an `event` of a record is that of mail which did not arrive."""
    return _OF_FAILURE.fullmatch(event.strip()) is not None


def are_of_deliveries(names: Iterable[str]) -> bool:
    """Whether a table with these columns may be about deliveries."""
    plan = plan_of(tuple(dict.fromkeys(map(_folded, names))))
    return bool(plan.recipients and plan.replies and plan.is_of_mail and not plan.is_of_others)


def _line(payload: dict[str, object], time: str) -> str:
    try:
        record = _DELIVERED_TEXT if payload is DELIVERED else msgspec.json.encode(payload).decode()
    except UnicodeEncodeError:
        record = json.dumps(payload)
    if time.isdecimal() and len(time) == _MILLISECONDS:
        time = f"{time[:-3]}.{time[-3:]}"
    # Most times need no other form.
    return f"{time} {SIGN}{record}" if _READY.fullmatch(time) else labelled(f"{SIGN}{record}", Labels(time=time))


@lru_cache(maxsize=4_096)
def _folded(name: str) -> str:
    return _SIGNS.sub("", name[:_LONGEST_NAME].lower())


def _flat(record: Mapping[str, object], prefix: str = "", depth: int = 0) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in record.items():
        key = f"{prefix}{_folded(str(name))}"
        if isinstance(value, dict) and depth < _DEEPEST:
            flat.update(_flat(value, f"{key}.", depth + 1))
        else:
            flat[key] = value
    return flat


def _each_recipient(flat: Fields) -> list[Fields]:
    """The record for each of its recipients if these are objects in a list; else the record itself."""
    for value in flat.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = [_flat(item) for item in value[:_MOST_RECIPIENTS] if isinstance(item, dict)]
            if _mailboxes(inner[0], plan_of(tuple(inner[0]))):
                outer = {name: each for name, each in flat.items() if not isinstance(each, list)}
                return [{**each, **{f"outer.{name}": one for name, one in outer.items()}} for each in inner]
    return [flat]


def _payloads(flat: Fields, plan: RecordPlan) -> list[dict[str, object]]:
    """The facts of a record on each recipient, under the names of `delivery_log`."""
    mailboxes = [] if plan.is_of_others else _mailboxes(flat, plan)
    if not mailboxes:
        return []
    failed = any(map(is_failure, _texts(flat, plan.events)))
    if not (failed or plan.is_of_mail):
        return []
    reply = _reply(flat, plan)
    failed = failed or bool(reply) or any(not _IS_REPLY.match(_bare(text)) for text in _texts(flat, plan.reasons))
    if not failed:
        return [DELIVERED] * len(mailboxes)
    known: dict[str, object] = {"reply": reply, "failed": failed}
    if reply:
        known["host"] = _host(flat, plan)
        known["command"] = next(_texts(flat, plan.commands), "")
        known["inbound"] = plan.is_ours
        known["queued"] = plan.is_queued
    # Only Postfix uses this name.
    program = {"program": "postfix/showq"} if plan.is_postfix else {}
    return [{**program, "to": mailbox, **known} for mailbox in mailboxes]


def _mailboxes(flat: Fields, plan: RecordPlan) -> list[str]:
    for name in plan.recipients:
        value = flat[name]
        words = value if isinstance(value, str) else " ".join(each for each in _items(value) if isinstance(each, str))
        found = _MAILBOX.findall(words[:_LONGEST])
        if found:
            return list(dict.fromkeys(found))[:_MOST_RECIPIENTS]
    return []


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _bare(text: str) -> str:
    """A reply without the type of its diagnostic code (RFC 3464)."""
    return _TYPE.sub("", text, count=1).strip()


def _reply(flat: Fields, plan: RecordPlan) -> str:
    """The reply of the other side, or the words that quote it; "" if the record has none."""
    texts = [_bare(text) for text in _texts(flat, plan.replies)]
    whole = next((text for text in texts if _IS_REPLY.match(text)), "")
    if whole:
        return whole if whole[0] in "45" else ""
    quoting = next((text for text in texts if _SOMEWHERE.search(text)), "")
    if quoting:
        return quoting
    code = next((text for text in _texts(flat, plan.codes) if _IS_CODE.fullmatch(text.strip())), "")
    if not code:
        return ""
    words = texts[0] if texts else ""
    status = _enhanced(flat, plan)
    status = f"{status} " if status[:1] == code[0] and not _ENHANCED.match(words) else ""
    return f"{code} {status}{words}".strip()


def _enhanced(flat: Fields, plan: RecordPlan) -> str:
    for text in _texts(flat, plan.statuses):
        found = _ENHANCED.match(text)
        if found is not None:
            return found.group()
    parts = [next(_texts(flat, _names(tuple(flat), (name,))), "") for name in _PARTS]
    return ".".join(parts) if all(parts) else ""


def _host(flat: Fields, plan: RecordPlan) -> str:
    for text in _texts(flat, plan.hosts):
        bare = _bare(text).split("(", 1)[0].split(",", 1)[0].strip().strip("<>[]").rstrip(".")
        if bare and " " not in bare and ("." in bare or ":" in bare):
            return bare
    return ""


def _time(flat: Fields, plan: RecordPlan) -> str:
    for text in _texts(flat, plan.times):
        whole, _, fraction = text.partition(".")
        if whole.isdecimal():
            if len(whole) in (10, 13):
                return f"{whole}.{fraction[:3]}" if len(whole) == 10 and fraction.isdecimal() else whole
            continue
        return text
    return ""


def _texts(flat: Fields, names: tuple[str, ...]) -> Iterator[str]:
    """The non-empty values under `names`, as text."""
    for name in names:
        value = flat[name]
        if isinstance(value, str):
            if value:
                yield value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield repr(value) if isinstance(value, int) else f"{value:.6f}"


@lru_cache(maxsize=256)
def plan_of(there: tuple[str, ...]) -> RecordPlan:
    def names(*wanted: str) -> tuple[str, ...]:
        return _names(there, wanted)

    is_ours = bool(names(*delivery_names.OURS)) and not names(*delivery_names.THEIRS)
    return RecordPlan(
        recipients=names(*delivery_names.RECIPIENT),
        replies=names(*delivery_names.REPLY),
        reasons=names(*delivery_names.REASON),
        codes=names(*delivery_names.CODE),
        statuses=names(*delivery_names.STATUS),
        hosts=(
            *names(*delivery_names.HOST),
            *names(*delivery_names.ADDRESS),
            *(names(*delivery_names.CLIENT) if is_ours else ()),
        ),
        commands=names(*delivery_names.COMMAND),
        times=names(*delivery_names.TIME, *delivery_names.ARRIVAL),
        events=names(*delivery_names.EVENT),
        is_ours=is_ours,
        is_queued=bool(names(*delivery_names.ARRIVAL)),
        is_postfix=bool(names("delayreason")),
        is_of_mail=_OF_MAIL.search(" ".join(there)) is not None,
        is_of_others=not _OF_OTHERS.isdisjoint(there),
    )


@lru_cache(maxsize=2_048)
def _names(there: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a record that are wanted, in the order of `wanted`."""
    known = [name for name in there if _meanings(name)]
    meant = frozenset().union(*map(_meanings, known))
    found: dict[str, None] = {}
    for each in wanted:
        if each not in meant:
            continue
        # A name at the top is the event's; deeper ones may be the message's.
        found.update(dict.fromkeys(name for name in known if name == each))
        found.update(dict.fromkeys(name for name in known if name != each and each in _meanings(name)))
    return tuple(found)


@lru_cache(maxsize=8_192)
def _meanings(name: str) -> frozenset[str]:
    """Those of all wanted names that `name` stands for."""
    return frozenset(
        each
        for each in _WANTED
        if name == each or name.endswith(f".{each}") or (len(each) > _SHORT and name.endswith(each))
    )


_WANTED: Final = frozenset(
    each for table in (*vars(delivery_names).values(), _PARTS) if isinstance(table, tuple) for each in table
)
