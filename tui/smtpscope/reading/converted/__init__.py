"""Exchanges that `smtpscope convert` wrote, read back."""
