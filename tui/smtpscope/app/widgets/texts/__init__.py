"""Text for panes: blocks of prose built from exchanges, incidents and guidance."""
