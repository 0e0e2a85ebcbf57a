"""Text that wraps and scrolls: its blocks, where lines break, searching in it, and a cursor for its items."""
