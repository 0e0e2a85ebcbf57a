"""The fast decoder, which is native code, in a separate process that can be stopped."""
