#!/bin/sh
# rsyslog 8.2302.0 (Debian 12), template RSYSLOG_SyslogProtocol23Format, which its manual offers for RFC 5424.
#
# Expected: APP-NAME holds the program as the classic format has it, `postfix/smtp`, for RFC 5424 allows a slash there,
# and one blank stands between the structured data and the message.
# Seen: APP-NAME ends at the slash, so `postfix/smtp`, `postfix/smtpd` and `postfix/bounce` are all `postfix`, and two
# blanks stand before the message. The same message in RSYSLOG_TraditionalFileFormat has the whole name.
# For us: which daemon of Postfix wrote a line has to be told from its text (reading/mail_servers/postfix_programs.py).
set -eu

work=$(mktemp -d)
daemon=
cleanup() {
    if [ -n "$daemon" ]; then
        kill "$daemon" 2>/dev/null || true
        wait "$daemon" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"

apt-get download -qq rsyslog=8.2302.0-1+deb12u2 libestr0=0.1.11-1 libfastjson4=1.2304.0-1 liblognorm5=2.0.6-4
for package in *.deb; do
    dpkg -x "$package" root
done
modules=$(dirname "$(find "$work/root" -name imuxsock.so)")
libraries=$(dirname "$(find "$work/root" -name libestr.so.0)")

cat > rsyslog.conf <<CONF
global(workDirectory="$work")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$work/log" CreatePath="off")
action(type="omfile" File="$work/classic.log" Template="RSYSLOG_TraditionalFileFormat")
action(type="omfile" File="$work/5424.log" Template="RSYSLOG_SyslogProtocol23Format")
CONF
LD_LIBRARY_PATH=$libraries root/usr/sbin/rsyslogd -n -i "$work/pid" -f "$work/rsyslog.conf" -M "$modules" &
daemon=$!

wait_for() {
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        if "$@"; then
            return 0
        fi
        sleep 0.25
    done
    echo "rsyslog did not get so far"
    exit 1
}
wait_for test -S log
python3 - <<'PYTHON'
import socket

line = b"<22>Nov 24 13:45:02 postfix/smtp[1234]: 4ABCDEF012: to=<b@example.com>, status=deferred"
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
    log.connect("log")
    log.send(line)
PYTHON
wait_for test -s 5424.log
cat classic.log 5424.log

if grep -q ' postfix/smtp\[1234\]: 4ABCDEF012: to=' classic.log && grep -q ' postfix 1234 - -  4ABCDEF012: to=' 5424.log; then
    echo "As described: the program ends at its slash, and two blanks stand before the message."
else
    echo "CHANGED"
    exit 1
fi
