"""The words for the level of an event, in English and in localized versions of Windows."""

from __future__ import annotations

from smtpscope.reading.record import Level

_WORDS: dict[Level, str] = {
    "critical": "critical crit fatal emerg alert kritisch critique crítico critico kritiek",
    "error": "error err fehler erreur errore fout erro fel ошибка 错误 エラー",
    "warning": "warning warn warnung avertissement advertencia avviso waarschuwing aviso varning предупреждение 警告",
    "information": "information info informational informationen informations información informazioni informatie",
    "verbose": "verbose debug trace ausführlich",
}
_LEVELS: dict[str, Level] = {word: level for level, words in _WORDS.items() for word in words.split()}


def level_of(word: str) -> Level | None:
    """The level that `word` names, or None."""
    return _LEVELS.get(word.casefold())


# EventLogEntryType: audits are 8 and 16, and success is 0; newer Windows shows all three as information.
_TYPES: dict[int, Level] = {
    0: "information",
    1: "error",
    2: "warning",
    4: "information",
    8: "information",
    16: "information",
}


def level_of_type(number: int | None) -> Level | None:
    """The level of an event type as ReportEvent takes it (1 error, 2 warning, 4 information), or None."""
    return None if number is None else _TYPES.get(number)
