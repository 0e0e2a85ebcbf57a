"""Lines of a log inside the records of another form; their texts go to the reader that knows them."""
