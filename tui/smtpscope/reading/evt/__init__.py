"""Legacy event logs of Windows NT to 2003 (.evt)."""
