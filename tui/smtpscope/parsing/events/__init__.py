"""Windows event records -> SMTP exchanges."""
