"""Groups rows: group trees, incidents, facets and timelines."""
