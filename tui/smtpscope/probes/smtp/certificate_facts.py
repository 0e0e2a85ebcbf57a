"""A certificate in the terms of an administrator: for whom, from whom, until when (RFC 5280)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import msgspec

_MOST_NAMES: Final = 20


class CertificateFacts(msgspec.Struct, frozen=True):
    """`names` are host names and IP addresses of the certificate. Times are in UTC."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime

    @property
    def self_signed(self) -> bool:
        """Whether it names itself as its issuer."""
        return self.subject == self.issuer

    def is_for(self, host: str) -> bool:
        """RFC 6125 section 6.4: by name, an asterisk stands for the whole first label; by IP address exactly."""
        wanted = host.lower().rstrip(".")
        for name in self.names:
            if name == wanted:
                return True
            if name.startswith("*.") and "." in wanted and wanted.partition(".")[2] == name[2:]:
                return True
        return False

    @property
    def lines(self) -> tuple[str, ...]:
        """As evidence."""
        more = f" and {len(self.names) - _MOST_NAMES} more" if len(self.names) > _MOST_NAMES else ""
        return (
            f"certificate for: {', '.join(self.names[:_MOST_NAMES]) or 'no host'}{more}",
            f"subject: {self.subject or 'none'}; issuer: {self.issuer or 'none'}",
            f"valid from {self.not_before:%Y-%m-%d %H:%M} to {self.not_after:%Y-%m-%d %H:%M} UTC",
        )


def certificate_facts(der: bytes) -> CertificateFacts | None:
    """From the DER form; None for a certificate that can't be read."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        certificate = x509.load_der_x509_certificate(der)
        names: list[str] = []
        with suppress(x509.ExtensionNotFound):
            alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names += [name.lower() for name in alternative.get_values_for_type(x509.DNSName)]
            names += [str(address) for address in alternative.get_values_for_type(x509.IPAddress)]
        return CertificateFacts(
            certificate.subject.rfc4514_string(),
            certificate.issuer.rfc4514_string(),
            tuple(names),
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )
    except (ValueError, TypeError, NotImplementedError, x509.DuplicateExtension, x509.InvalidVersion):
        return None
    except (x509.UnsupportedGeneralNameType, UnsupportedAlgorithm):
        return None


def moment(time_ms: int) -> datetime:
    """Milliseconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(time_ms / 1000, UTC)
