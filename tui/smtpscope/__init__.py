"""smtpscope: browse refused mail in Windows event logs and mail server logs."""

__version__ = "0.2.0"
