"""The fast decoder, which is native code, in a process of its own that can be stopped."""
