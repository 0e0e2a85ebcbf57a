"""The browse screen and its controllers."""
