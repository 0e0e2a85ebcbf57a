"""`python -m smtpscope`, and the program that a single executable file is built from."""

import sys

DECODER: str = "decode-chunks-for-another-smtpscope"
"""The argument with which a single executable file starts itself as the process of the fast decoder."""


def start() -> None:
    """Runs the command line, or answers another smtpscope that has started this one for its chunks."""
    if sys.argv[1:] == [DECODER]:
        from smtpscope.reading.evtx.decoding.decoder_process import serve

        serve()
    else:
        from smtpscope.cli import main

        main()


if __name__ == "__main__":
    start()
