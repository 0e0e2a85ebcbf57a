"""The event sources of the events that we read; all others in a log are only counted."""

from __future__ import annotations

from typing import Final

OUR_PROVIDERS: Final = frozenset({"msexchangetransport", "smtpsvc", "msexchangefrontendtransport", "smtpevt"})
"""Event sources in casefolded form: Exchange 2000 to SE, the SMTP service of IIS, the SMTP filter of ISA 2000."""


def is_ours(provider: str | None) -> bool:
    """Whether events of `provider` may contain an SMTP command or reply; case does not matter."""
    return provider is not None and provider.casefold() in OUR_PROVIDERS
