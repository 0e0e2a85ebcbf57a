"""Which event sources write the events that we read; all else in a log is counted and passed over."""

from __future__ import annotations

from typing import Final

OUR_PROVIDERS: Final = frozenset({"msexchangetransport", "smtpsvc", "msexchangefrontendtransport", "smtpevt"})
"""Event sources in casefolded form: Exchange 2000 to SE, the SMTP service of IIS, the SMTP filter of ISA 2000."""


def is_ours(provider: str | None) -> bool:
    """Whether events of `provider` may hold an SMTP command or reply; capitals do not matter."""
    return provider is not None and provider.casefold() in OUR_PROVIDERS
