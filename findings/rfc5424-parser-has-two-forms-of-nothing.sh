#!/bin/sh
# syslog-rfc5424-parser 0.3.2, valid messages of RFC 5424.
#
# Expected: "-", which stands for nothing (section 6), is None in every field; in a value of structured data \" \] and \\
# stand for the character behind the backslash (section 6.3.3); a parameter may occur several times, as the list of IP
# addresses of an origin (section 7.2.1).
# Seen: nothing is None as process and message id, but the text "-" as host and application name; the backslashes
# stay; of several parameters with one name only the last is left.
# For us: a header is read by our own hand, and "-" is no computer (reading/text/syslog_header.py).
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check syslog-rfc5424-parser==0.3.2

"$work/venv/bin/python" - <<'PYTHON'
import sys

from syslog_rfc5424_parser import SyslogMessage

MESSAGE = (
    r'<22>1 2026-11-30T01:54:30.623Z - - - - [origin ip="192.0.2.1" ip="192.0.2.2"][x@32473 reply="550 \"no\" [u1\]"] '
    "refused"
)
found = SyslogMessage.parse(MESSAGE).as_dict()
for name in ("hostname", "appname", "procid", "msgid", "sd", "msg"):
    print(f"{name:8} {found[name]!r}")
as_described = (
    (found["hostname"], found["appname"], found["procid"], found["msgid"]) == ("-", "-", None, None)
    and found["sd"] == {"origin": {"ip": "192.0.2.2"}, "x@32473": {"reply": r'550 \"no\" [u1\]'}}
    and found["msg"] == "refused"
)
if not as_described:
    sys.exit("CHANGED")
print("As described: two forms of nothing, backslashes kept, and one address of two.")
PYTHON
