"""Windows events as PowerShell writes its objects (Export-Clixml)."""
