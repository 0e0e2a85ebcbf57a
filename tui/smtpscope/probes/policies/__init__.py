"""Checks of what a domain says in DNS about its mail: SPF, DKIM, DMARC, MTA-STS, TLS reporting, DANE."""
