"""Screens: each owns its session calls, its workers, its keys and its .tcss."""
