# Sisimai (CPAN; Debian: libsisimai-perl) on the replies of this folder; see compare.py. It reads bounce messages, so
# each reply becomes a delivery status notification (RFC 3464) as Postfix writes it.
use strict;
use warnings;
use JSON;
use Sisimai;
use Encode 'encode';
use File::Temp 'tempdir';

my %said = (DOT => 'end of DATA', CONN => '', STARTTLS => 'STARTTLS');
my $read = Sisimai->can('rise') ? 'rise' : 'make';  # version 5 and before it
my $folder = tempdir(CLEANUP => 1);
my $number = 0;
binmode STDOUT, ':utf8';

while( my $line = <STDIN> ) {
    my $given = decode_json($line);
    my $reply = $given->{'reply'};
    my $verb  = $given->{'command'} // '';
    my $name  = exists $said{ $verb } ? $said{ $verb } : $verb;
    my $text  = encode('utf8', $reply);
    my ($status) = $reply =~ /\A\d{3}[ -](\d\.\d{1,3}\.\d{1,3})/;
    my ($code)   = $reply =~ /\A(\d)/;
    $status //= ($code // 5).'.0.0';
    my $quoted = $text.($name ? " (in reply to $name command)" : '');
    my $action = $status =~ /\A4/ ? 'delayed' : 'failed';
    my $path   = "$folder/".$number++.'.eml';
    open my $file, '>', $path or die;
    print $file join("\n",
        'From: MAILER-DAEMON@mail.contoso.example (Mail Delivery System)',
        'Subject: Undelivered Mail Returned to Sender', 'To: anna@contoso.example',
        'Date: Mon, 30 Nov 2026 10:00:00 +0000 (UTC)', 'Auto-Submitted: auto-replied', 'MIME-Version: 1.0',
        'Content-Type: multipart/report; report-type=delivery-status; boundary="bound"',
        'Message-Id: <20261130100000.1@mail.contoso.example>', '',
        '--bound', 'Content-Type: text/plain; charset=utf-8', '', 'This is the mail system at host mail.contoso.example.', '',
        "<berta\@fabrikam.example>: host mx.fabrikam.example[203.0.113.5] said: $quoted", '',
        '--bound', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mail.contoso.example',
        'X-Postfix-Queue-ID: 4B1C2D3E4F', 'X-Postfix-Sender: rfc822; anna@contoso.example',
        'Arrival-Date: Mon, 30 Nov 2026 09:59:58 +0000 (UTC)', '', 'Final-Recipient: rfc822; berta@fabrikam.example',
        "Action: $action", "Status: $status", 'Remote-MTA: dns; mx.fabrikam.example', "Diagnostic-Code: smtp; $text", '',
        '--bound', 'Content-Type: message/rfc822', '', 'From: anna@contoso.example', 'To: berta@fabrikam.example',
        'Subject: Hello', 'Message-Id: <1@contoso.example>', '', 'Hello', '', '--bound--', '');
    close $file;
    my $found = Sisimai->$read($path, 'delivered' => 0, 'vacation' => 0);
    print $found && @$found ? $found->[0]->reason : '', "\n";
}
