"""Public collections of logs: where they are, under which licence, and what each is good for. None is part of this
project, and none is fetched by it."""

from __future__ import annotations

from typing import Final, NamedTuple


class PublicCollection(NamedTuple):
    """`where` is a web address."""

    name: str
    where: str
    licence: str
    good_for: str


COLLECTIONS: Final = (
    PublicCollection(
        "EVTX-ATTACK-SAMPLES",
        "https://github.com/sbousseaden/EVTX-ATTACK-SAMPLES",
        "GPL-3.0",
        "logs of many Windows versions and channels, some forwarded, some re-exported",
    ),
    PublicCollection(
        "hayabusa-sample-evtx",
        "https://github.com/Yamato-Security/hayabusa-sample-evtx",
        "several, named in its folders",
        "the largest collection of small logs, with those of several projects",
    ),
    PublicCollection(
        "DeepBlueCLI", "https://github.com/sans-blue-team/DeepBlueCLI", "GPL-3.0", "large Security and Application logs"
    ),
    PublicCollection(
        "evtx", "https://github.com/omerbenamram/evtx", "MIT or Apache-2.0", "logs with named defects, each an issue"
    ),
    PublicCollection(
        "python-evtx", "https://github.com/williballenthin/python-evtx", "Apache-2.0", "dirty and unusual logs"
    ),
    PublicCollection(
        "set-of-emails", "https://github.com/sisimai/set-of-emails", "BSD-2-Clause", "bounces of about 200 mail servers"
    ),
    PublicCollection(
        "Loghub",
        "https://github.com/logpai/loghub",
        "for research, see there",
        "logs of other programs: no refusal in them",
    ),
)
