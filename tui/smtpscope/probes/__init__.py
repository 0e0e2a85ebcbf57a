"""Live checks: what is true now, asked of DNS and mail servers, and only after what is sent was shown."""
