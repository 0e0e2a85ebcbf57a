"""An exchange -> guidance: loads data/knowledge, finds the entry that fits, says why it fits."""
