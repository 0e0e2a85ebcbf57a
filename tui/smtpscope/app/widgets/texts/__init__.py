"""What panes show as text: blocks of prose built from exchanges, incidents and guidance."""
