"""Windows events as Splunk stores and exports them."""
