"""SPF, DKIM and DMARC are read out of replies that tell them."""

from __future__ import annotations

import pytest

from smtpscope.parsing.authentication_results import authentication_results


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("550 5.7.515 ... Spf= Fail , Dkim= Pass , DMARC= Pass", "SPF failed, DKIM passed, DMARC passed"),
        ("550 5.7.515 ... Spf=None, Dkim=Fail, DMARC=None", "SPF is missing, DKIM failed, DMARC is missing"),
        (
            "550 5.7.26 Authentication results: DKIM = did not pass SPF [contoso.example] with ip: [192.0.2.7] = "
            "did not pass",
            "DKIM did not pass, SPF did not pass",
        ),
        (
            "spf=permerror dkim=temperror dmarc=softfail",
            "SPF has a faulty record, DKIM could not be checked, DMARC soft-failed",
        ),
        ("550 SPF check failed", ""),
        ("550 User unknown", ""),
        ("", ""),
    ],
)
def test_what_passed_and_what_failed(text: str, told: str) -> None:
    assert authentication_results(text) == told
