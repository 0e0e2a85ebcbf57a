"""Block lists and provider codes in replies."""

from __future__ import annotations

import pytest

from smtpscope.parsing.block_list_names import parse_block_lists
from smtpscope.parsing.reply_contents import parse_provider_codes


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Client host [192.0.2.25] blocked using zen.dnsbl.example", ["zen.dnsbl.example"]),
        ("blocked using Zen.Spamhaus.ORG.", ["zen.spamhaus.org"]),
        ("192.0.2.25 is listed at work.lists.example.net", ["work.lists.example.net"]),
        ("blacklisted in bl.spamcop.net; blocked by dnsbl.sorbs.net", ["bl.spamcop.net", "dnsbl.sorbs.net"]),
        ("rejected by the sbl.spamhaus.org RBL", ["sbl.spamhaus.org"]),
        ("denied, b.barracudacentral.org says so", ["b.barracudacentral.org"]),
        ("found in RBL: (rbl.example.net)", ["rbl.example.net"]),
        ("blocked using 87.blocklist.example", ["87.blocklist.example"]),
        ("25.2.0.192.zen.dnsbl.example listed", ["zen.dnsbl.example"]),
        ("blocked using 25.2.0.192.bl.example.net", ["bl.example.net"]),
        ("blocked using 1.2.3.999.bl.example.net", ["1.2.3.999.bl.example.net"]),
        ("550 blocked using isp.dnsbl.example", ["isp.dnsbl.example"]),
        ("denied, blocklist on the onyx.example.org", ["onyx.example.org"]),
        ("listed on in.example.org", ["in.example.org"]),
        ("Client host blocked by mail.example.com", []),
        ("rejected, see www.spamhaus.org", []),
        ("blocked using Spamhaus", []),
        ("mailbox unavailable using example.com", []),
        ("user@rbl.example.com rejected", []),
    ],
)
def test_block_lists_are_named_by_their_zone(text: str, names: list[str]) -> None:
    assert parse_block_lists(text) == names


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("[TSS04] Messages from 192.0.2.1 deferred", ["TSS04"]),
        ("[BL21] and [HME1] and [PH01]", ["BL21", "HME1", "PH01"]),
        ("part of their network is on our block list (S3150)", ["S3150"]),
        ("Server busy. (S77719)", ["S77719"]),
        ("Server busy. (S77)", ["S77"]),
        ("spam abuse detected AS(201806281)", ["AS(201806281)"]),
        ("see lookup (AS16012611)", ["AS16012611"]),
        ("Mail rejected. ofr_506 [506]", ["OFR_506"]),
        ("LPN007_416", ["LPN007_416"]),
        ("rejected, AUP#In-1310", ["AUP#In-1310"]),
        ("Connection refused. IB105", ["IB105"]),
        ("(RTR:BL) see", ["RTR:BL"]),
        ("see http://postmaster.example.net/codes.php#BL000001", ["BL000001"]),
        ("CXBL 192.0.2.1", ["CXBL"]),
        ("[IP] and [192.0.2.1] and PDF417 and XEXCH50 and Q12345", []),
    ],
)
def test_codes_of_providers(text: str, codes: list[str]) -> None:
    assert parse_provider_codes(text) == codes
