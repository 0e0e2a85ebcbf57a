"""The names of the dimensions, for a command line that shows its help without loading the store."""

from __future__ import annotations

from typing import Final

GROUPING_NAMES: Final = ("code", "host", "cause", "recipient", "server", "connector")
"""In the order of `DIMENSIONS`, which a test holds them to."""
