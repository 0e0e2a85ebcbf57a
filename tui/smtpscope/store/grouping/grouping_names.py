"""The names of the dimensions, so that the command line can show its help without loading the store."""

from __future__ import annotations

from typing import Final

GROUPING_NAMES: Final = ("code", "host", "cause", "recipient", "server", "connector")
"""In the order of `DIMENSIONS`, which a test holds them to."""
