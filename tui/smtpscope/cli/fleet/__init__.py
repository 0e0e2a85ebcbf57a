"""`smtpscope fleet`: the logs of many servers as one set."""
