# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keep the tokens of signed links out of the server's access log."""

import logging
import re

_TOKEN_PATH = re.compile(r"(/pay/)[A-Za-z0-9_-]{43}")


def mask_link_tokens(text):
    """Mask the token in the path of a signed link.

    >>> mask_link_tokens("GET /pay/" + "x" * 43 + "/transaction HTTP/1.1")
    'GET /pay/***/transaction HTTP/1.1'
    >>> mask_link_tokens("GET /pay/done HTTP/1.1")
    'GET /pay/done HTTP/1.1'
    """
    return _TOKEN_PATH.sub(r"\1***", text)


class LinkTokenFilter(logging.Filter):
    """Mask tokens in log messages and their arguments; drop no records."""

    def filter(self, record):
        if isinstance(record.msg, str):
            record.msg = mask_link_tokens(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(
                mask_link_tokens(arg) if isinstance(arg, str) else arg
                for arg in record.args
            )
        return True


def install():
    """Add the filter to the HTTP request logger, once."""
    logger = logging.getLogger("werkzeug")
    if not any(isinstance(item, LinkTokenFilter) for item in logger.filters):
        logger.addFilter(LinkTokenFilter())
