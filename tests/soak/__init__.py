"""Follows a log for minutes while it grows and rotates and keys are pressed: no event lost, none twice, memory flat."""
