"""`verify`, `check-now` and `checks`: live checks without the browser."""
