# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from werkzeug.exceptions import HTTPException

from odoo import models
from odoo.http import request

HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class IrHttp(models.AbstractModel):
    """Headers of every response below ``/pay/``: pages, redirects and errors."""

    _inherit = "ir.http"

    @classmethod
    def _post_dispatch(cls, response):
        super()._post_dispatch(response)
        if cls._is_link_request():
            response.headers.update(HEADERS)

    @classmethod
    def _handle_error(cls, exception):
        response = super()._handle_error(exception)
        if cls._is_link_request():
            if isinstance(response, HTTPException):
                response = response.get_response(request.httprequest.environ)
            response.headers.update(HEADERS)
        return response

    @classmethod
    def _is_link_request(cls):
        return request.httprequest.path.startswith("/pay/")
