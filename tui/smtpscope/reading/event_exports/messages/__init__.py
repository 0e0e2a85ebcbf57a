"""Event messages found in text, whatever surrounds them."""
