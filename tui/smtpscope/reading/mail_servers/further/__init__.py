"""Less common mail servers: one module each."""
