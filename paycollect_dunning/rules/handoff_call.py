# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The signed call to an agency, and what its answer means.

The signature covers the time and the body, so that nobody can replay an old call or
change one. A call without a clear answer may have arrived: it is repeated with the same
key and the same body, which the agency takes for the same call.
"""

import hashlib
import hmac
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

TIMESTAMP_HEADER = "Paycollect-Timestamp"
SIGNATURE_HEADER = "Paycollect-Signature"
KEY_HEADER = "Idempotency-Key"
VERSION = "v1"
TOLERANCE = timedelta(minutes=5)
TIMEOUT = 20  # seconds to connect, and between two bytes of the answer
ANSWER_LENGTH = 2000  # characters that are stored

QUEUED, SENDING, DONE = "queued", "sending", "done"
UNKNOWN, REFUSED, SUPERSEDED = "unknown", "refused", "superseded"
# May still reach the agency, or has, without a clear answer.
PENDING = (QUEUED, SENDING, UNKNOWN)

# The agency may have done it: too early, a conflict with itself, too many, its fault.
NO_ANSWER = (408, 409, 425, 429)
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=15),
)


def sign(secret, timestamp, body):
    """Return the value of the signature header.

    :param str secret: shared with the agency
    :param int timestamp: seconds since 1970, as sent in the header
    :param bytes body: exactly what is sent

    >>> sign("s", 1, b"{}")[:12]
    'v1=b253639bc'
    """
    payload = str(timestamp).encode() + b"." + body
    digest = hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()
    return f"{VERSION}={digest}"


def is_signed(secret, header, timestamp, body, now):
    """Return whether a call is genuine and new; agencies do the same.

    :param int now: seconds since 1970

    >>> is_signed("s", sign("s", 1000, b"{}"), 1000, b"{}", 1200)
    True
    >>> is_signed("s", sign("s", 1000, b"{}"), 1000, b"{}", 1301)
    False
    """
    if abs(now - timestamp) > TOLERANCE.total_seconds():
        return False
    return hmac.compare_digest(header, sign(secret, timestamp, body))


def get_key(database, handoff_id, version):
    """Return the idempotency key of one version of one hand-over.

    >>> get_key("0f7", 12, 2)
    '0f7-handoff-12-2'
    """
    return f"{database}-handoff-{handoff_id}-{version}"


def get_outcome(status):
    """Return what an answer means: done, unknown or refused.

    :param status: the HTTP status; None without an answer. A redirect isn't followed:
        the file would go where nobody agreed to.

    >>> get_outcome(201), get_outcome(422), get_outcome(503), get_outcome(None)
    ('done', 'refused', 'unknown', 'unknown')
    """
    if status is None or status >= 500 or status in NO_ANSWER or status < 200:
        return UNKNOWN
    return DONE if status < 300 else REFUSED


def get_wait(tries):
    """Return how long to wait after this many tries, or None: someone has to look.

    >>> get_wait(1), get_wait(7)
    (datetime.timedelta(seconds=60), None)
    """
    return WAITS[tries - 1] if 0 < tries <= len(WAITS) else None


def is_safe_url(url):
    """Return whether an agency's address may be called: HTTPS, or this machine.

    >>> is_safe_url("https://agency.example.com/cases")
    True
    >>> is_safe_url("http://agency.example.com"), is_safe_url("http://127.0.0.1:8000/x")
    (False, True)
    >>> is_safe_url("https://user:pass@agency.example.com")
    False
    """
    parts = urlsplit(url or "")
    if not parts.hostname or parts.username or parts.password:
        return False
    if parts.scheme == "https":
        return True
    try:
        is_here = ip_address(parts.hostname).is_loopback
    except ValueError:
        is_here = parts.hostname == "localhost"
    return parts.scheme == "http" and is_here


def clean_answer(text, secret):
    """Return what is stored of an answer: its beginning, without the secret.

    >>> clean_answer("key=abc", "abc")
    'key=•••'
    """
    text = (text or "").replace("\x00", "")
    if secret:
        text = text.replace(secret, "•••")
    return text[:ANSWER_LENGTH]
