# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keep the tokens of signed links out of the logs of requests."""

import logging
import re

# A token has 43 characters, each of which a browser may have percent-encoded.
_TOKEN = re.compile(r"(?:[A-Za-z0-9_-]|%[0-9A-Fa-f]{2}){43,}")
# What logs addresses, parameters or bodies of requests.
LOGGERS = (
    "werkzeug",
    "longpolling",
    "odoo.http",
    "odoo.http.rpc.request",
    "odoo.http.rpc.response",
    "odoo.service.server",
    "odoo.tools.misc",
    "odoo.addons.base.models.ir_http",
    "odoo.addons.http_routing.models.ir_http",
    "odoo.addons.website.models.ir_http",
)


def mask_link_tokens(text):
    """Mask what may be the token of a signed link: in a path, query, form or header.

    >>> mask_link_tokens("GET /pay/" + "x" * 43 + "/transaction HTTP/1.1")
    'GET /pay/***/transaction HTTP/1.1'
    >>> mask_link_tokens("GET /web/login?redirect=%2Fpay%2F" + "x" * 43 + "&a=1")
    'GET /web/login?redirect=***&a=1'
    >>> mask_link_tokens("{'token': '" + "x" * 42 + "%5F'}")
    "{'token': '***'}"
    >>> mask_link_tokens("GET /pay/done HTTP/1.1")
    'GET /pay/done HTTP/1.1'
    """
    return _TOKEN.sub("***", text)


class LinkTokenFilter(logging.Filter):
    """Mask tokens in log messages; drop no records."""

    def filter(self, record):
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            return True  # the handler reports arguments that don't fit
        masked = mask_link_tokens(text)
        if masked != text:
            record.msg, record.args = masked, None
        return True


def install():
    """Add the filter to the loggers of requests, once."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(item, LinkTokenFilter) for item in logger.filters):
            logger.addFilter(LinkTokenFilter())
