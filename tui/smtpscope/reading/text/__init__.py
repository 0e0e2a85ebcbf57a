"""What every reader of text needs: encodings, dates, tables, JSON objects, XML elements, syslog lines."""
