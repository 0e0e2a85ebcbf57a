"""Mail servers that are met less often: one module each."""
