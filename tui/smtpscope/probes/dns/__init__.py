"""Checks that ask DNS about IP addresses, hosts and domains."""
