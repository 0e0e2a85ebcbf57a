"""Whole documents under pseudonyms: nothing of the original is left."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.documents import REPLY, advice, document, exchange, incident, summary
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS
from smtpscope.export.masking.masking import Mask
from smtpscope.export.masking.public_text import is_public
from smtpscope.knowledge.advice import FilledCheck, OtherCause
from smtpscope.parsing.smtp_exchange import Command, RemoteHost, Reply, ReplyValues
from support.changed import replace

LABEL = st.text(alphabet="bcdfghjklmnpqrstvwxyz0123456789", min_size=5, max_size=9).filter(
    lambda text: text[0].isalpha() and not is_public(text)
)
"""Words in common use stay, such as `https`."""
DOMAIN = st.builds(lambda name, end: f"{name}.{end}", LABEL, st.sampled_from(["example.com", "example", "example.org"]))
LOCAL = st.one_of(
    LABEL,
    st.builds("{}.{}".format, LABEL, LABEL),
    st.builds("{}+{}".format, LABEL, LABEL),
    st.builds("{}'{}".format, LABEL, LABEL),
    st.builds('"{} {}"'.format, LABEL, LABEL),
)
MAILBOX = st.builds("{}@{}".format, LOCAL, DOMAIN)
ADDRESS = st.one_of(
    st.builds("198.51.100.{}".format, st.integers(10, 255)),
    st.builds("2001:db8::{:x}".format, st.integers(4096, 65535)),
)
HOST = st.one_of(st.builds("{}.{}".format, LABEL, DOMAIN), ADDRESS)
COMPUTER = st.builds(lambda label: label.upper(), LABEL)
AROUND = st.sampled_from(
    [
        *(
            "<{}>",
            "{}",
            "({})",
            "[{}]",
            '"{}"',
            "to={}",
            "'{}'",
            "{}.",
            "{},x",
            "IP:{}",
            "rfc822;{}",
            "x\n{}\ty",
            "{}-",
        ),
        *(
            "https://a.example/?e={}&b",
            "{}@",
            "@{}",
            "x{}",
            "{}/{}",
            "..{}..",
            "user={}=",
            "|{}|",
            "*{}*",
            "_{}_",
            "%{}%",
        ),
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    mailboxes=st.lists(MAILBOX, min_size=2, max_size=4, unique=True),
    host=HOST,
    address=ADDRESS,
    computer=COMPUTER,
    around=st.lists(AROUND, min_size=4, max_size=4),
    upper=st.booleans(),
)
@pytest.mark.parametrize("name", ["json", "markdown", "postmaster"])
def test_no_original_is_left_in_the_output(
    name: str, mailboxes: list[str], host: str, address: str, computer: str, around: list[str], upper: bool
) -> None:
    values = [*mailboxes, host, address, computer]
    told = " ".join(around[index % 4].replace("{}", value) for index, value in enumerate(values))
    # A computer's name that is glued to other letters is another name.
    told = told.replace(f"x{computer}", computer)
    reply = f"550 5.1.1 {told.upper() if upper else told}"
    first, *others = mailboxes
    made = summary(
        incident=incident(
            key=replace(incident().key, host_key=host.lower()),
            host=host,
            spellings=(host, f"{host.upper()}."),
            recipients=tuple((mailbox, 1) for mailbox in mailboxes),
            senders=((others[0], 2),),
            servers=((computer, 12),),
            replies=((reply, 12),),
        ),
        advice=advice(
            reading=f"{host} knows no {first}.",
            checks=(FilledCheck(f"Look at {first}", "dns", f"nslookup {first.rpartition('@')[2]} {host}"),),
        ),
        sample=exchange(
            reply,
            computer=computer,
            remote_host=RemoteHost(host, host.lower(), address=False),
            command=Command("rcpt", f"RCPT TO:<{first}>", "RCPT", f"TO:<{first}>", first),
            reply=Reply(reply, 550, "5.1.1", told, ReplyValues(addresses=(address,), mailboxes=tuple(mailboxes))),
        ),
        sample_raw=f"Computer:\t{computer}\n{reply}\n<Data>{host}</Data>",
    )
    output = SUMMARY_FORMATS[name].render(document(made, filter_text=f"host:{host} {first}"), mask=Mask())
    for original in [*values, *(mailbox.rpartition("@")[2] for mailbox in mailboxes)]:
        assert original.casefold() not in output.casefold()


def test_a_masked_document_says_so_and_the_original_is_unchanged() -> None:
    original = document()
    masked = Mask().document(original)
    assert masked.masked
    assert not original.masked
    assert original.incidents[0].incident.host == "mail.fabrikam.example"


def test_all_formats_of_one_mask_agree() -> None:
    mask = Mask()
    texts = [each.render(document(), mask=mask) for each in SUMMARY_FORMATS.values()]
    assert all("host1.invalid" in text for text in texts)
    assert texts[0] == SUMMARY_FORMATS["markdown"].render(document(), mask=mask)


def test_spellings_of_one_mailbox_are_counted_together() -> None:
    twice = incident(recipients=(("bob@fabrikam.example", 3), ("BOB@fabrikam.example", 2), ("ann@fabrikam.example", 4)))
    (masked,) = Mask().document(document(summary(incident=twice))).incidents
    assert masked.incident.recipients == (("user1@domain1.invalid", 5), ("user2@domain1.invalid", 4))


def test_a_part_of_a_name_in_the_filter_is_masked_and_fields_and_codes_stay() -> None:
    masked = Mask().document(document(filter_text="code:550 host:fabri -to:bob after:2026-11-16"))
    assert masked.filter_text == "code:550 host:masked -to:masked after:2026-11-16"


def test_paths_are_masked_and_keep_their_suffix() -> None:
    masked = Mask().document(document(files=("C:\\Users\\ann\\MAIL01.evtx", "/home/bob/log")))
    assert masked.files[0].endswith(".evtx")
    assert not any(part in path for path in masked.files for part in ("ann", "MAIL01", "bob"))


def test_the_words_that_decided_move_with_the_text() -> None:
    (masked,) = Mask().document(document()).incidents
    ((start, end),) = masked.advice.match.evidence
    assert masked.sample.reply.verbatim[start:end] == "User unknown"
    inside = advice(match=replace(advice().match, evidence=((REPLY.index("fabrikam"), REPLY.index("fabrikam") + 8),)))
    (whole,) = Mask().document(document(summary(advice=inside))).incidents
    ((start, end),) = whole.advice.match.evidence
    assert whole.sample.reply.verbatim[start:end] == "user1@domain1.invalid"


def test_the_cause_that_came_close_is_masked_too() -> None:
    other = OtherCause("blocked", "Listed at fabrikam.example", "us", "Does bob@fabrikam.example still get mail?")
    (masked,) = Mask().document(document(summary(advice=advice(other=other)))).incidents
    assert masked.advice.other is not None
    assert "fabrikam" not in masked.advice.other.title + masked.advice.other.question


def test_what_is_learned_later_changes_what_was_masked_before() -> None:
    mask = Mask()
    assert mask.text("relay-mail said no") == "relay-mail said no"
    assert mask.host("RELAY-MAIL") == "host1.invalid"
    assert mask.text("relay-mail said no") == "host1.invalid said no"


def test_codes_times_and_sources_stay() -> None:
    text = SUMMARY_FORMATS["markdown"].render(document(), mask=Mask())
    for kept in ("550 5.1.1", "2026-11-18 22:47:03 +01:00", "MSExchangeTransport", "https://www.rfc-editor.org/"):
        assert kept in text


def test_a_log_that_already_holds_pseudonyms_is_not_confused() -> None:
    mask = Mask()
    assert mask.text("ann@x1.example user1@domain1.invalid") == "user1@domain1.invalid user2@domain2.invalid"
