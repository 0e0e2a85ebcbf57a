"""Pseudonyms in text."""

from __future__ import annotations

import pytest

from smtpscope.export.masking.pseudonyms import Pseudonyms


def masked(text: str, *known: str, keep_domains: bool = False) -> str:
    pseudonyms = Pseudonyms(keep_domains=keep_domains)
    for name in known:
        if "@" in name:
            pseudonyms.learn_mailbox(name)
        else:
            pseudonyms.learn_host(name)
    return pseudonyms.replaced(text)


def test_the_same_value_has_the_same_pseudonym_and_another_one_another() -> None:
    assert masked("<bob@a1.example> <ann@a1.example> <BOB@A1.Example>") == (
        "<user1@domain1.invalid> <user2@domain1.invalid> <user1@domain1.invalid>"
    )


def test_a_host_is_one_host_in_all_its_spellings() -> None:
    assert masked("mail.fabrikam.example, MAIL.Fabrikam.Example. and mx7.fabrikam.example") == (
        "host1.invalid, host1.invalid. and host2.invalid"
    )


def test_the_domain_of_a_mailbox_is_found_again_where_it_stands_alone() -> None:
    assert masked("bob@fabrikam.example: domain fabrikam.example is not served") == (
        "user1@domain1.invalid: domain domain1.invalid is not served"
    )


def test_domains_can_be_kept() -> None:
    assert masked("bob@fabrikam.example via mail.fabrikam.example", keep_domains=True) == (
        "user1@fabrikam.example via host1.invalid"
    )


def test_an_address_in_place_of_a_domain_is_never_kept() -> None:
    assert masked("bob@[192.0.2.1]", keep_domains=True) == "user1@[address1.invalid]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Your IP [192.0.2.1] is listed", "Your IP [address1.invalid] is listed"),
        ("client 192.0.2.1:25 and 192.0.2.1/24", "client address1.invalid:25 and address1.invalid/24"),
        ("[IPv6:2001:db8::1]", "[IPv6:address1.invalid]"),
        ("from 2001:DB8::1 and 2001:db8::1.", "from address1.invalid and address1.invalid."),
        ("at 22:47:mail.fabrikam.example", "at 22:47:host1.invalid"),
        ("2001:db8::1,2001:db8::2:beef.example", "address1.invalid,address2.invalid.example"),
        ("at 22:47:03 with 550-5.7.1 [TSS04]", "at 22:47:03 with 550-5.7.1 [TSS04]"),
        ("1.2.0.192.zen.spamhaus.org", "host1.invalid"),
        ("dialup 192-0-2-1", "dialup address1.invalid"),
        ('"john smith"@fabrikam.example', "user1@domain1.invalid"),
        ("xmlns='http://schemas.microsoft.com/win/2004'", "xmlns='http://schemas.microsoft.com/win/2004'"),
        ("rfc822;bob@fabrikam.example", "rfc822;user1@domain1.invalid"),
        ("Prüfung von jörg@müller.example", "Prüfung von user1@domain1.invalid"),
    ],
)
def test_what_is_masked_and_what_stays(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_a_computer_without_a_domain_is_known_only_from_the_event() -> None:
    assert masked("Computer: MAIL01") == "Computer: MAIL01"
    assert masked("Computer: MAIL01, mail01", "MAIL01") == "Computer: host1.invalid, host1.invalid"


def test_everyday_words_are_no_names_even_where_a_host_is_called_so() -> None:
    assert masked("MAIL FROM:<> to the mail server", "mail") == "MAIL FROM:<> to the mail server"


def test_a_known_value_of_unusual_signs_is_found() -> None:
    assert masked("to o'brien@fabrikam.example now", "o'brien@fabrikam.example") == "to user1@domain1.invalid now"
    assert masked("to O'BRIEN@fabrikam.example now", "o'brien@fabrikam.example") == "to user1@domain1.invalid now"


def test_in_a_sentence_of_ours_only_what_the_log_named_is_a_host() -> None:
    pseudonyms = Pseudonyms(keep_domains=False)
    pseudonyms.learn_host("mail.fabrikam.example")
    pseudonyms.learn_host("EXCH01")
    sentence = "mail.fabrikam.example refused EXCH01; see postfix.org, not exch01"
    assert (
        pseudonyms.replaced(sentence, "prose")
        == "host1.invalid refused host2.invalid; see postfix.org, not host2.invalid"
    )
    assert pseudonyms.replaced("nslookup postfix.org", "command") == "nslookup postfix.org"


def test_a_block_list_keeps_its_name() -> None:
    pseudonyms = Pseudonyms(keep_domains=False)
    pseudonyms.keep("zen.spamhaus.org")
    assert pseudonyms.replaced("listed at zen.spamhaus.org") == "listed at zen.spamhaus.org"


@pytest.mark.parametrize(
    "part", ["a", "a=", "a@", "a:", ":", '"a', "1.", "-.", "%40", "/?&", "to=", "::1", "a.", "192.0.2.1", "a-", "@a@"]
)
def test_hostile_text_costs_time_in_proportion_to_its_length(part: str) -> None:
    # Of this length a search in quadratic time would not come to its end in minutes.
    length = 150_000
    text = masked(part * (length // len(part)), "o'brien@fabrikam.example")
    assert 0 < len(text) <= 15 * length
