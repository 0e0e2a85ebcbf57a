"""smtpscope: what a Windows event log knows about refused mail."""

__version__ = "0.1.0"
