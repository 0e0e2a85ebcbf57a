"""smtpscope: what a Windows event log knows about refused mail."""

__version__ = "0.2.0"
