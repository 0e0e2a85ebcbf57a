"""An unknown name -> the known name that was probably meant."""

from __future__ import annotations

from collections.abc import Collection

_ALIKE_ENOUGH = 60
_LONGEST_COMPARED = 100


def nearest(name: str, known: Collection[str]) -> str | None:
    """The name in `known` most similar to `name`, None if there is none; `mask` finds `export.mask`."""
    from rapidfuzz import fuzz, process

    aliases: dict[str, str] = {}
    for each in known:
        aliases.setdefault(each.rpartition(".")[2], each)
    # An exact match wins over names that end with it.
    aliases.update({each: each for each in known})
    wanted = name[:_LONGEST_COMPARED].lower().replace("_", ".")
    found = process.extractOne(
        wanted, list(aliases), scorer=fuzz.ratio, processor=_compared, score_cutoff=_ALIKE_ENOUGH
    )
    return None if found is None else aliases[found[0]]


def _compared(name: str) -> str:
    return name.lower().replace("_", ".")


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A remedy for an unknown `name`: the nearest one, else all known names."""
    found = nearest(name, known)
    return f"Did you mean {found}?" if found is not None else f"Known names: {', '.join(sorted(known))}"
