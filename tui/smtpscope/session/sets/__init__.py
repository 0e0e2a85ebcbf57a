"""A run over a set of Parquet parts instead of logs."""
