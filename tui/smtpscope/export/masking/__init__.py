"""Pseudonyms for people and hosts, and removal of credentials."""
