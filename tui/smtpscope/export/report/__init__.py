"""The report: its rows, its wording, its formats."""
