"""Log lines wrapped in the records of another format; the reader for these lines reads them."""
