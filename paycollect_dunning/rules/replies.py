# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which incoming emails are a person's reply."""

import re

_AUTOMATIC = re.compile(
    r"^\W*(?:automatic(?:ally)? (?:reply|response)|auto[- ]?(?:reply|response)"
    r"|out of (?:the )?office|away from|respuesta autom|r[eé]ponse autom|abwesenheit"
    r"|fuera de (?:la )?oficina|absen(?:t|ce) d)|\bout of office\b",
    re.IGNORECASE,
)


def is_automatic(subject):
    """Return whether an answering machine wrote an email, by its subject.

    >>> is_automatic("Automatic reply: Friendly reminder: $240.00 past due - Acme IT")
    True
    >>> is_automatic("Réponse automatique : Rappel"), is_automatic("Out of Office: x")
    (True, True)
    >>> is_automatic("Re: Friendly reminder: $240.00 past due"), is_automatic(False)
    (False, False)
    """
    return bool(_AUTOMATIC.search(subject or ""))


def is_answered_by_machine(headers):
    """Return whether a machine wrote an email, by its headers (RFC 3834).

    :param headers: mapping of header names to texts

    >>> is_answered_by_machine({"Auto-Submitted": "auto-replied (vacation)"})
    True
    >>> is_answered_by_machine({"Auto-Submitted": "no"}), is_answered_by_machine({})
    (False, False)
    >>> is_answered_by_machine({"Precedence": "auto_reply"})
    True
    """
    submitted = str(headers.get("Auto-Submitted") or "no").split(";")[0].strip()
    precedence = str(headers.get("Precedence") or "").strip().lower()
    return (
        submitted.split("(")[0].strip().lower() != "no"
        or precedence in ("auto_reply", "bulk", "junk")
        or any(headers.get(name) for name in ("X-Autoreply", "X-Autorespond"))
        or "OOF" in str(headers.get("X-Auto-Response-Suppress") or "")
        and bool(headers.get("X-MS-Exchange-Inbox-Rules-Loop"))
    )


def shorten(text, most=500):
    """Return the first words of a reply, on one line.

    >>> shorten("I paid\\n yesterday", 8)
    'I paid …'
    """
    text = " ".join((text or "").split())
    return text if len(text) <= most else text[: most - 1].rstrip() + " …"
