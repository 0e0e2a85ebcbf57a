"""Events as people post them: see `held_inputs.py`."""

from __future__ import annotations

import json
from typing import Any, Final

from support.held_inputs import FULL, FULL_ROW, LATER, LATER_ROW, Held, row

_JUNE: Final = "2010-06-17 21:05:34"
_EVENT: Final[dict[str, Any]] = {**FULL_ROW, "time": _JUNE, "id": 7004, "level": "error"}
_COMMAND: Final = "RCPT TO:<h.koch@fabrikam.example>"
_REPLY: Final = "550 5.1.1 <h.koch@fabrikam.example> unknown "
_STRINGS: Final = ("1", "311", "mx.fabrikam.example", "rcpt", _REPLY, _COMMAND)
_BEGUN: Final = {"record": 4400, "computer": "MAIL1", **_EVENT}


def _wrapped(text: str, label: str, width: int) -> str:
    """A value of Format-List."""
    lines, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return f"{label:<13}: " + ("\n" + " " * 15).join([*lines, line])


def _xml(record: int, event_id: int, level: int, time: str, strings: tuple[str, ...]) -> str:
    data = "".join(f"    <Data>{each.replace('<', '&lt;').replace('>', '&gt;')}</Data>\n" for each in strings)
    return (
        f'Record {record}\n<?xml version="1.0" encoding="utf-8"?>\n'
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">\n  <System>\n'
        f'    <Provider Name="MSExchangeTransport">\n    </Provider>\n    <EventID Qualifiers="49156">{event_id}'
        f'</EventID>\n    <Level>{level}</Level>\n    <TimeCreated SystemTime="{time}">\n    </TimeCreated>\n'
        f"    <EventRecordID>{record}</EventRecordID>\n    <Channel>Application</Channel>\n"
        f"    <Computer>MAIL1</Computer>\n  </System>\n  <EventData>\n{data}    <Binary></Binary>\n  </EventData>\n"
        "</Event>\n"
    )


_DATA: Final = "".join(
    f"&lt;string&gt;{each.replace('<', '&lt;').replace('>', '&gt;')}&lt;/string&gt;\n" for each in _STRINGS
)

EVENTS: Final[dict[str, Held]] = {
    "blocks in German and Spanish": Held(
        "Protokollname: Application\nQuelle:        MSExchangeTransport\nDatum:         17.06.2010 21:05:34\n"
        "Ereignis-ID:   7004\nAufgabenkategorie:SMTP-Protokoll\nEbene:         Fehler\n"
        "Schlüsselwörter:Klassisch\nBenutzer:      Nicht zutreffend\nComputer:      MAIL1.fabrikam.example\n"
        f"Beschreibung:\n{FULL}\n\n"
        "Tipo de suceso:    Advertencia\nOrigen del suceso:    MSExchangeTransport\nCategoría del suceso:    "
        "Protocolo SMTP\nId. suceso:    7002\nFecha:        18/06/2010\nHora:        05:57:17 p.m.\nUsuario:        "
        f"No disponible\nEquipo:    MAIL2\nDescripción:\n{LATER}\n",
        (
            {**_EVENT, "computer": "MAIL1.fabrikam.example", "channel": "Application"},
            {**LATER_ROW, "time": "2010-06-18 17:57:17", "id": 7002, "level": "warning", "computer": "MAIL2"},
        ),
    ),
    "blocks in French, Italian and Dutch": Held(
        "Nom du journal :Application\nSource :       MSExchangeTransport\nDate :         17/06/2010 21:05:34\n"
        "ID de l’événement :7004\nCatégorie de la tâche :Protocole SMTP\nNiveau :       Erreur\nOrdinateur :   MAIL1\n"
        f"Description :\n{FULL}\n\n"
        "Tipo evento:\tAvviso\nOrigine evento:\tMSExchangeTransport\nID evento:\t7002\nData:\t\t18/06/2010\n"
        f"Ora:\t\t17.57.17\nUtente:\t\tN/D\nComputer:\tMAIL2\nDescrizione:\n{LATER}\n\n"
        "Gebeurtenistype:\tWaarschuwing\nBron van gebeurtenis:\tMSExchangeTransport\nGebeurtenis-ID:\t7002\n"
        f"Datum:\t\t19-6-2010\nTijd:\t\t17:57:17\nGebruiker:\tn.v.t.\nComputer:\tMAIL2\nBeschrijving:\n{LATER}\n",
        (
            {**_EVENT, "computer": "MAIL1"},
            {**LATER_ROW, "time": "2010-06-18 17:57:17", "id": 7002, "computer": "MAIL2"},
            {**LATER_ROW, "time": "2010-06-19 17:57:17", "id": 7002, "computer": "MAIL2"},
        ),
    ),
    "an event id above the block": Held(
        "Event ID: 2004\nLog Name: Application\nSource: MSExchangeTransport\nDate: 9/30/2024 6:02:02 AM\n"
        "Event ID: 2004\nTask Category: SmtpSend\nLevel: Information\nKeywords: Classic\nUser: N/A\n"
        "Computer: MAIL1\n\nDescription:\nSend connector ToInternet: Message delivery was not successful. The message "
        "with message ID <9@fabrikam.example> was acknowledged with SMTP response 454 4.7.0 Failed to establish "
        "appropriate TLS channel: UntrustedRoot: Access Denied.\n",
        (
            {"side": "outbound", "id": 2004, "level": "information", "computer": "MAIL1", "code": 454,
             "enhanced": "4.7.0", "time": "2024-09-30 06:02:02", "connector": "ToInternet", "cause": "tls"},
        ),
    ),
    "Get-WinEvent as a list": Held(
        "\n\nTimeCreated  : 6/17/2010 9:05:34 PM\nProviderName : MSExchangeTransport\nId           : 7004\n"
        + _wrapped(FULL, "Message", 88)
        + "\n\nTimeCreated  : 6/17/2010 9:04:34 PM\nProviderName : MSExchangeTransport\nId           : 7002\n"
        + _wrapped(LATER, "Message", 88) + "\n\n\n",
        ({**_EVENT, "level": None}, {**LATER_ROW, "id": 7002, "time": "2010-06-17 21:04:34"}),
    ),
    "Snare with tabs": Held(
        "<13>Jun 17 21:05:34 MAIL1 MSWinEventLog\t2\tApplication\t900\tThu Jun 17 21:05:34 2010\t7004\t"
        f"MSExchangeTransport\tN/A\tN/A\tError\tMAIL1\tSMTP Protocol\t\t{FULL}\t4400\n",
        ({**_EVENT, "computer": "MAIL1"},),
    ),
    "OSSEC's archive": Held(
        "2010 Jun 17 21:05:34 (mail1) 192.0.2.25->WinEvtLog WinEvtLog: Application: ERROR(7004): MSExchangeTransport: "
        f"(no user): no domain: MAIL1.fabrikam.example: {FULL}\n",
        (_EVENT,),
    ),
    "three columns of Graylog": Held(
        '"timestamp","source","message"\n"2010-06-17T21:05:34.000Z","MAIL1","' + FULL.replace('"', '""') + '"\n',
        ({**FULL_ROW, "time": _JUNE, "computer": "MAIL1", "id": None},),
    ),
    "System without Event": Held(
        json.dumps({
            "System": {
                "Provider": {"Name": "MSExchangeTransport"}, "EventID": {"Value": 7004, "Qualifiers": 49156},
                "Level": 2, "TimeCreated": {"SystemTime": 1276808734.0}, "EventRecordID": 4400,
                "Channel": "Application", "Computer": "MAIL1",
            },
            "EventData": {"Data": list(_STRINGS)}, "Message": "",
        }) + "\n",
        (_BEGUN,),
    ),
    "evtx_dump": Held(
        _xml(4400, 7004, 2, "2010-06-17T21:05:34.000000Z", _STRINGS)
        + _xml(4401, 7002, 3, "2010-06-17 21:06:34.000000 UTC", (
            "1", "312", "mx.fabrikam.example", "rcpt", "451 4.7.1 Greylisted, come back in 5 minutes ",
            "RCPT TO:<i.lang@fabrikam.example>")),
        (_BEGUN, {**LATER_ROW, "record": 4401, "id": 7002, "level": "warning", "time": "2010-06-17 21:06:34"}),
    ),
    "python-evtx": Held(
        '<?xml version="1.1" encoding="utf-8" standalone="yes" ?>\n\n<Events>\n'
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider '
        'Name="MSExchangeTransport"></Provider>\n<EventID Qualifiers="49156">7004</EventID>\n<Level>2</Level>\n'
        '<TimeCreated SystemTime="2010-06-17 21:05:34.250063+00:00"></TimeCreated>\n<EventRecordID>4400'
        "</EventRecordID>\n<Channel>Application</Channel>\n<Computer>MAIL1</Computer>\n</System>\n<EventData><Data>"
        f"{_DATA}</Data>\n<Binary></Binary>\n</EventData>\n</Event>\n\n</Events>\n",
        ({**_BEGUN, "time": "2010-06-17 21:05:34.250"},),
    ),
    "EvtxECmd's table": Held(
        "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,Computer,"
        "ChunkNumber,UserId,MapDescription,UserName,RemoteHost,PayloadData1,PayloadData2,PayloadData3,PayloadData4,"
        "PayloadData5,PayloadData6,ExecutableInfo,HiddenRecord,SourceFile,Keywords,ExtraDataOffset,Payload\r\n"
        "12,4400,2010-06-17 21:05:34.0420001,7004,Error,MSExchangeTransport,Application,0,0,MAIL1,3,,,,,,,,,,,,False,"
        'Application.evtx,Classic,0,"{""EventData"":{""Data"":""1, 311, mx.fabrikam.example, rcpt, 550 5.1.1 '
        '<h.koch@fabrikam.example>, alas, nobody , RCPT TO:<h.koch@fabrikam.example>"",""Binary"":""""}}"\r\n',
        (
            {**_BEGUN, "reply": "550 5.1.1 <h.koch@fabrikam.example>, alas, nobody", "time": "2010-06-17 21:05:34.042"},
        ),
    ),
    "evtxexport": Held(
        "evtxexport 20240504\n\nEvent number\t\t\t: 4400\nCreation time\t\t\t: Jun 17, 2010 21:05:34.001286100 UTC\n"
        "Written time\t\t\t: Jun 17, 2010 21:05:34.001286100 UTC\nEvent level\t\t\t: Error (2)\n"
        "Computer name\t\t\t: MAIL1\nSource name\t\t\t: MSExchangeTransport\n"
        "Event identifier\t\t: 0xc0041b5c (7004)\nNumber of strings\t\t: 6\n"
        + "".join(f"String: {number}\t\t\t: {each}\n" for number, each in enumerate(_STRINGS, 1)) + "\n",
        ({**_BEGUN, "time": "2010-06-17 21:05:34.001"},),
    ),
    "alerts of Wazuh": Held(
        json.dumps({
            "timestamp": "2022-06-17T21:05:40.123+0000", "agent": {"name": "mail1"},
            "data": {"win": {
                "system": {
                    "providerName": "MSExchangeTransport", "eventID": "7004", "level": "2",
                    "systemTime": "2022-06-17T21:05:34.000000000Z", "eventRecordID": "4400",
                    "channel": "Application", "computer": "MAIL1", "severityValue": "ERROR", "message": f'"{FULL}"',
                },
                "eventdata": {"data": ", ".join(_STRINGS)},
            }},
        }) + "\n",
        ({**_BEGUN, "time": "2022-06-17 21:05:34"},),
    ),
    "Filebeat in front of a protocol log": Held(
        "".join(
            json.dumps({"@timestamp": "2025-01-20T09:00:40.508Z", "host": {"name": "MAIL1"}, "message": row_}) + "\n"
            for row_ in (
                "2025-01-20T09:00:39.026Z,MAIL1\\Default Frontend MAIL1,08DD38A5C1F0E71B,3,192.0.2.25:25,"
                "198.51.100.61:53228,<,"
                "RCPT TO:<h.koch@other.example>,",
                "2025-01-20T09:00:39.126Z,MAIL1\\Default Frontend MAIL1,08DD38A5C1F0E71B,4,192.0.2.25:25,"
                "198.51.100.61:53228,>,"
                "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain,",
            )
        ),
        (
            row("inbound", "198.51.100.61", "RCPT",
                "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "relay-denied",
                mailbox="h.koch@other.example", time="2025-01-20 09:00:39.126",
                connector="MAIL1\\Default Frontend MAIL1"),
        ),
    ),
    "tracking rows alone": Held(
        "2025-01-20T09:16:09.843Z,198.51.100.61,,192.0.2.25,MAIL1,08DD38A5C1F0E71C;2025-01-20T09:16:09.544Z;0,"
        "MAIL1\\Default MAIL1,SMTP,FAIL,70971234566456,<1@isp.example>,2fd37dca-1234-5bfb-175d-08dc1db88f52,"
        "h.koch@fabrikam.example,550 5.7.1 Sender ID (PRA) Not Permitted,15054,1,,,Offer,g@isp.example,g@isp.example,,"
        "Incoming,,,,S:DeliveryPriority=Normal,Email,dc69df25-1234-564c-41c4-08dc1db88f7f,15.02.0330.005\n"
        "2025-01-20T09:17:09.843Z,192.0.2.25,MAIL1,203.0.113.44,mx.other.example,,ToInternet,SMTP,FAIL,70971234566457,"
        '<2@fabrikam.example>,2fd37dca-1234-5bfb-175d-08dc1db88f53,b@other.example,"[{LED=550 5.1.1 User unknown};'
        '{MSG=};{FQDN=mx.other.example};{IP=203.0.113.44};{LRT=1/20/2025 9:17:09 AM}]",15054,1,,,Order,'
        "h.koch@fabrikam.example,h.koch@fabrikam.example,,Originating,,,,S:DeliveryPriority=Normal,Email,"
        "dc69df25-1234-564c-41c4-08dc1db88f80,15.02.0330.005\n",
        (
            row("inbound", "198.51.100.61", "", "550 5.7.1 Sender ID (PRA) Not Permitted", "email-auth",
                mailbox="h.koch@fabrikam.example", time="2025-01-20 09:16:09.843"),
            row("outbound", "mx.other.example", "", "550 5.1.1 User unknown", "recipient-unknown",
                mailbox="b@other.example", time="2025-01-20 09:17:09.843", computer="MAIL1"),
        ),
        ("names the columns",),
    ),
    "Get-MessageTrackingLog as a list": Held(
        "Timestamp               : 3/22/2021 9:28:06 AM\nClientIp                : 192.0.2.25\n"
        "ClientHostname          : MAIL1\nServerIp                : 203.0.113.44\n"
        "ServerHostname          : mx.other.example\nConnectorId             : ToInternet\n"
        "Source                  : SMTP\nEventId                 : FAIL\nRecipients              : {b@other.example}\n"
        "RecipientStatus         : {[{LED=550 5.1.1 <b@other.example>: Recipient address rejected: User unknown in "
        "virtual\n                          mailbox table};{MSG=};{FQDN=mx.other.example};{IP=203.0.113.44}]}\n"
        "Sender                  : h.koch@fabrikam.example\nDirectionality          : Originating\n\n"
        "Timestamp               : 3/22/2021 9:18:34 AM\nClientIp                : 198.51.100.61\n"
        "ClientHostname          :\nServerIp                : 192.0.2.25\nServerHostname          : MAIL1\n"
        "SourceContext           : Sender Id Agent\nConnectorId             : MAIL1\\Default MAIL1\n"
        "Source                  : SMTP\nEventId                 : FAIL\n"
        "Recipients              : {h.koch@fabrikam.example, i.lang@fabrikam.example}\n"
        "RecipientStatus         : {550 5.7.1 Sender ID (PRA) Not Permitted}\nSender                  : g@isp.example\n"
        "Directionality          : Incoming\n\n",
        (
            row("outbound", "mx.other.example", "", "550 5.1.1 <b@other.example>: Recipient address rejected: User "
                "unknown in virtual mailbox table", "recipient-unknown", mailbox="b@other.example", computer="MAIL1",
                time="2021-03-22 09:28:06", connector="ToInternet"),
            *(
                row("inbound", "198.51.100.61", "", "550 5.7.1 Sender ID (PRA) Not Permitted", "email-auth",
                    mailbox=f"{who}@fabrikam.example", time="2021-03-22 09:18:34")
                for who in ("h.koch", "i.lang")
            ),
        ),
    ),
    "Get-Queue as a list": Held(
        "Identity              : MAIL1\\4711\nDeliveryType          : DnsConnectorDelivery\n"
        "NextHopDomain         : other.example\nStatus                : Retry\nMessageCount          : 9\n"
        "LastError             : [{LRT=6/17/2022 11:50:05 PM};{LED=450 4.7.0 Proxy session setup failed on Frontend "
        "with '451 4.4.0\n                        Primary target IP address responded with: \"421 4.7.0 [TSS04] Mail "
        "from 192.0.2.25\n                        temporarily deferred.\" Attempted failover to alternate host, but "
        "that did not succeed. Either\n                        there are no alternate hosts, or delivery failed to "
        "all alternate hosts. The last endpoint\n                        attempted was "
        "203.0.113.44:25'};{FQDN=MAIL2.fabrikam.example};{IP=192.0.2.26}]\nRetryCount            : 9\n"
        "LastRetryTime         : 6/17/2022 11:50:05 PM\n\n",
        (
            row("outbound", "203.0.113.44", "", "421 4.7.0 [TSS04] Mail from 192.0.2.25 temporarily deferred.",
                "blocked", time="2022-06-17 23:50:05", computer="MAIL1"),
        ),
    ),
    "the log of the agents": Held(
        "#Software: Microsoft Exchange Server\n#Version: 15.0.0.0\n#Log-type: Agent Log\n"
        "#Date: 2023-06-17T14:38:59.177Z\n#Fields: Timestamp,SessionId,LocalEndpoint,RemoteEndpoint,EnteredOrgFromIP,"
        "MessageId,P1FromAddress,P2FromAddresses,Recipient,NumRecipients,Agent,Event,Action,SmtpResponse,Reason,"
        "ReasonData,Diagnostics,NetworkMsgID,TenantID,Directionality\n"
        "2023-06-17T14:38:59.177Z,08DB6F35A1C3D701,192.0.2.25:25,198.51.100.61:46904,198.51.100.61,,g@isp.example,,"
        "h.koch@fabrikam.example,1,Connection Filtering Agent,OnRcptCommand,RejectCommand,550 5.7.1 Recipient not "
        "authorized; your IP has been found on a block list,BlockListProvider,bl.lists.example,,,,Incoming\n"
        "2023-06-17T14:51:57.936Z,08DB6F35A1C3D702,192.0.2.25:25,198.51.100.62:56804,198.51.100.62,<1@isp.example>,"
        "k@isp.example,k@isp.example;,h.koch@fabrikam.example,1,Content Filter Agent,OnEndOfData,RejectMessage,"
        "550 5.7.1 Message rejected as spam by Content Filtering.,SclAtOrAboveRejectThreshold,9,,,,Incoming\n"
        "2023-06-17T14:52:57.936Z,08DB6F35A1C3D703,192.0.2.25:25,198.51.100.63:56804,198.51.100.63,<2@isp.example>,"
        "k@isp.example,k@isp.example;,h.koch@fabrikam.example,1,Inbound Trust Agent,OnEndOfHeaders,ModifyHeaders,,,,"
        "Cross premises headers filtered,,,Incoming\n",
        (
            row("inbound", "198.51.100.61", "RCPT", "550 5.7.1 Recipient not authorized; your IP has been found on a "
                "block list", "blocked", mailbox="h.koch@fabrikam.example", time="2023-06-17 14:38:59.177"),
            row("inbound", "198.51.100.62", "DATA", "550 5.7.1 Message rejected as spam by Content Filtering.", "spam",
                mailbox="h.koch@fabrikam.example", time="2023-06-17 14:51:57.936"),
        ),
    ),
    "rows of IIS alone": Held(
        "2018-06-17 05:28:28 203.0.113.44 OutboundConnectionCommand SMTPSVC1 WEB7 - 25 MAIL - "
        "FROM:<h.koch@fabrikam.example>+SIZE=1722 0 0 4 0 0 SMTP - - - -\n"
        "2018-06-17 05:28:28 203.0.113.44 OutboundConnectionResponse SMTPSVC1 WEB7 - 25 - - 421+4.7.0+[TSS04]+Mail+"
        "from+192.0.2.25+temporarily+deferred 0 0 157 0 16 SMTP - - - -\n",
        (
            row("outbound", "203.0.113.44", "MAIL", "421 4.7.0 [TSS04] Mail from 192.0.2.25 temporarily deferred",
                "blocked", time="2018-06-17 05:28:28", computer="WEB7", mailbox="h.koch@fabrikam.example"),
        ),
        ("columns inferred from the rows",),
    ),
}  # fmt: skip
