"""Widgets: data comes in through reactives, messages go out; none uses the analysis."""
