# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a customer's reply by text message asks for (contact.md Q4).

Any reasonable words end the text messages; words that only contain one of them don't
("I'll stop by on Friday").
"""

import re
import unicodedata

STOP, START = "stop", "start"

_KNOWN = {
    STOP: frozenset(
        "stop stopall quit end revoke cancel unsubscribe optout remove"
        " alto parar pare basta baja cancelar"
        " arret arreter arretez desabonner desinscrire fin".split()
    )
    | {"stop all", "opt out"},
    START: frozenset(
        "start unstop restart resume iniciar empezar commencer demarrer".split()
    ),
}
_FILLERS = frozenset("please pls thanks thank you por favor gracias svp merci".split())
_PHRASES = re.compile(
    r"\b(?:stop|quit|cease|end) (?:all )?(?:text|texting|sending|messag|contact|these)"
    r"|\b(?:do not|dont|don t|never) (?:text|message|contact|send)"
    r"|\bopt(?:ing)? ?out\b|\bunsubscribe\b"
    r"|\b(?:remove|take) (?:me|my number)\b|\brevoke (?:my )?consent\b"
    r"|\bno mas (?:mensajes|textos|sms)\b|\bno (?:me )?(?:envie|envien|escriba|manden)"
    r"|\bdejen? de (?:enviar|escribir|mandar)"
    r"|\b(?:ne|n) (?:m |me )?(?:envoyez|ecrivez|contactez) plus\b"
    r"|\bplus de (?:sms|messages)\b|\barretez (?:de|les|ces)\b"
)


def read_reply(text):
    """Return ``stop``, ``start`` or None for what a text message asks for.

    >>> [read_reply(t) for t in ("STOP", "Stop please.", "opt-out", "END", "Arrêtez !")]
    ['stop', 'stop', 'stop', 'stop', 'stop']
    >>> read_reply("Please don't text me again"), read_reply("take me off this list")
    ('stop', 'stop')
    >>> read_reply("Start"), read_reply("unstop")
    ('start', 'start')
    >>> read_reply("I'll stop by on Friday"), read_reply("Paid yesterday"), read_reply(
    ...     ""
    ... )
    (None, None, None)
    """
    words = _normalize(text)
    plain = " ".join(word for word in words.split() if word not in _FILLERS)
    for answer, known in _KNOWN.items():
        if plain in known:
            return answer
    return STOP if _PHRASES.search(words) else None


def _normalize(text):
    bare = unicodedata.normalize("NFKD", (text or "").lower())
    bare = "".join(one for one in bare if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^\w]+", " ", bare).split())
