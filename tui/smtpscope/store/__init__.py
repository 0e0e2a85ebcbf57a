"""Columns over vocabularies, the filter language, groups, incidents and timelines."""
