"""Bounces: what a server reports to a sender about mail that it could not deliver (RFC 3464, and older forms)."""
