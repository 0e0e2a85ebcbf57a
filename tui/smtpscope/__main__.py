"""`python -m smtpscope`."""

from smtpscope.cli import main

if __name__ == "__main__":
    main()
