# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from odoo import models
from odoo.http import JsonRPCDispatcher, request

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
    def _match(cls, path_info):
        try:
            rule, args = super()._match(path_info)
            if cls._is_link_request():
                cls._check_link_request(rule)
            return rule, args
        except HTTPException as error:
            # Not found is handled below; these are answered without us.
            if error.code != 404 and cls._is_link_request():
                error.error_response = cls._protect(error)
            raise

    @classmethod
    def _check_link_request(cls, rule):
        """Refuse a form where JSON is expected, which Odoo does a moment later."""
        expects_json = rule.endpoint.routing["type"] == JsonRPCDispatcher.routing_type
        if expects_json and not JsonRPCDispatcher.is_compatible_with(request):
            raise UnsupportedMediaType()

    @classmethod
    def _post_dispatch(cls, response):
        super()._post_dispatch(response)
        if cls._is_link_request():
            cls._protect(response)

    @classmethod
    def _handle_error(cls, exception):
        response = super()._handle_error(exception)
        return cls._protect(response) if cls._is_link_request() else response

    @classmethod
    def _protect(cls, response):
        if isinstance(response, HTTPException):
            response = response.get_response(request.httprequest.environ)
        response.headers.update(HEADERS)
        return response

    @classmethod
    def _is_link_request(cls):
        return request.httprequest.path.startswith("/pay/")
