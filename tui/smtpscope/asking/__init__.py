"""Questions about a set of Parquet parts, answered by DuckDB as the store answers them from memory."""
