"""Pseudonyms for people and hosts, and credentials taken out."""
