"""Measures smtpscope against other readers of the same logs, paired in one run; see `make bench`."""
