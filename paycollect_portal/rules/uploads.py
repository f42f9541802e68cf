# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which files customers may upload: checked by what is in them, never by their name."""

MAX_MEGABYTES = 5
MAX_BYTES = MAX_MEGABYTES * 1024 * 1024

# How the content of each kind begins.
_KINDS = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
)

# What is wrong with a file.
EMPTY = "empty"
TOO_LARGE = "too_large"
WRONG_KIND = "wrong_kind"


def get_kind(content):
    """Return ``jpg``, ``png`` or ``pdf`` by content, or None.

    >>> get_kind(b"%PDF-1.7 ..."), get_kind(b"<svg onload=alert(1)>")
    ('pdf', None)
    """
    return next((kind for start, kind in _KINDS if content.startswith(start)), None)


def find_problem(content):
    """Return what is wrong with the content of a file, or an empty string.

    :param content: bytes; reading one more than ``MAX_BYTES`` is enough

    >>> find_problem(b"%PDF-1.7"), find_problem(b""), find_problem(b"MZ")
    ('', 'empty', 'wrong_kind')
    >>> find_problem(b"%PDF-" + bytes(MAX_BYTES))
    'too_large'
    """
    if not content:
        return EMPTY
    if len(content) > MAX_BYTES:
        return TOO_LARGE
    return "" if get_kind(content) else WRONG_KIND
