"""From Windows event records to SMTP exchanges."""
