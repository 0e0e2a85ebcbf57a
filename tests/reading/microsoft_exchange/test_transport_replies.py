"""Replies that our own transport service made up."""

from __future__ import annotations

import pytest

from smtpscope.reading.microsoft_exchange.transport_replies import is_about_sending, is_of_store, is_ours


@pytest.mark.parametrize(
    "reply",
    [
        "421 4.4.2 Connection dropped due to SocketError",
        "441 4.4.1 Error encountered",
        '451 4.4.0 Primary target IP address responded with: "421 4.2.1 Unable to connect."',
        "550 4.4.7 QUEUE.Expired; message expired",
        "550 5.4.310 DNS domain nodomain.example does not exist",
        "554 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain",
        "421 4.4.0 Remote server response was not RFC conformant",
    ],
)
def test_what_the_transport_service_writes_is_known(reply: str) -> None:
    assert is_ours(reply)


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
        "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
        "451 4.7.1 Greylisting in action, please come back later",
        "",
    ],
)
def test_what_a_remote_host_may_reply_is_not_ours(reply: str) -> None:
    assert not is_ours(reply)


def test_sending_and_the_store_have_names_of_their_own() -> None:
    assert is_about_sending("550 4.4.7 QUEUE.Expired")
    assert not is_about_sending("550 5.1.1 RESOLVER.ADR.RecipNotFound")
    assert is_of_store("432-4.3.2 STOREDRV; mailbox server is too busy")
    assert not is_of_store("550 5.1.1 no")
