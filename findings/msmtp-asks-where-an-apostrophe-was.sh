#!/bin/sh
# msmtp 1.8.23 (Debian 12), the log that its option logfile writes.
#
# Expected: a reply with an apostrophe stands in smtpmsg='...' as it is, or with the apostrophe escaped, as line ends are
# ("\n").
# Seen: each apostrophe becomes a question mark, so "can't" is "can?t" and nothing tells that it was another sign.
# For us: words of a reply are recognised with a question mark in the place of their apostrophe
# (knowledge/matching/reply_tokens.py).
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -qq msmtp=1.8.23-1 libgsasl18=2.2.0-1+deb12u1 libgssglue1=0.7-1.1 libidn12=1.41-1 libntlm0=1.6-4 \
    libsecret-1-0=0.20.5-3
for package in *.deb; do
    dpkg -x "$package" root
done
libraries=$(dirname "$(find "$work/root" -name libgsasl.so.18)")

cat > server.py <<'PYTHON'
import socket
import subprocess
import sys

ANSWERS = {b"MAIL": b"250 ok\r\n", b"RCPT": b"550-5.7.1 We can't take this:\r\n550 5.7.1 it isn't signed\r\n"}
with socket.create_server(("127.0.0.1", 0)) as listening:
    port = listening.getsockname()[1]
    client = subprocess.Popen(
        [sys.argv[1], "--host=127.0.0.1", f"--port={port}", "--from=a@example.com", "--tls=off", "--auth=off"]
        + ["--logfile=log", "b@example.com"],
        stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )
    client.stdin.write(b"To: b@example.com\n\ntext\n")
    client.stdin.close()
    session, _ = listening.accept()
    with session, session.makefile("rwb", 0) as lines:
        lines.write(b"220 example.com\r\n")
        for line in lines:
            lines.write(ANSWERS.get(line[:4].upper(), b"250 ok\r\n"))
            if line[:4].upper() == b"QUIT":
                break
    client.wait(10)
PYTHON
LD_LIBRARY_PATH=$libraries timeout 30 python3 server.py "$work/root/usr/bin/msmtp"
cat log

if grep -q "smtpmsg='550-5.7.1 We can?t take this:.n550 5.7.1 it isn?t signed'" log; then
    echo "As described: the apostrophes are question marks."
else
    echo "CHANGED"
    exit 1
fi
