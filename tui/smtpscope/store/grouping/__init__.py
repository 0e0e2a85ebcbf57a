"""Rows -> groups, incidents, facets and timelines."""
