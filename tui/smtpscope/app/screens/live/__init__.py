"""The screens of live checks."""
