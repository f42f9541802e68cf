# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType

from odoo import models
from odoo.http import JsonRPCDispatcher, request

HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class IrHttp(models.AbstractModel):
    """Headers of every response below ``/pay/``: pages, redirects and errors.

    And the translations that the scripts of public pages use.
    """

    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        return [*super()._get_translation_frontend_modules_name(), "paycollect_fsm"]

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
        """Refuse what would only end in an error later: a form where JSON is expected,
        and parameters that are no object."""
        params = request.httprequest.args
        if rule.endpoint.routing["type"] == JsonRPCDispatcher.routing_type:
            if not JsonRPCDispatcher.is_compatible_with(request):
                raise UnsupportedMediaType()
            params = cls._read_link_params()
        if "self" in params:
            raise BadRequest()

    @classmethod
    def _read_link_params(cls):
        try:
            body = request.get_json_data()
        except (ValueError, RecursionError) as error:
            raise BadRequest() from error
        params = body.get("params", {}) if isinstance(body, dict) else None
        if not isinstance(params, dict):
            raise BadRequest()
        return params

    @classmethod
    def _post_dispatch(cls, response):
        super()._post_dispatch(response)
        if cls._is_link_request():
            cls._protect(response)

    @classmethod
    def _handle_error(cls, exception):
        response = super()._handle_error(exception)
        if not cls._is_link_request():
            return response
        if isinstance(exception, HTTPException) and exception.code:
            response.status_code = exception.code  # Odoo answers JSON with 200
        return cls._protect(response)

    @classmethod
    def _protect(cls, response):
        if isinstance(response, HTTPException):
            response = response.get_response(request.httprequest.environ)
        response.headers.update(HEADERS)
        return response

    @classmethod
    def _is_link_request(cls):
        return request.httprequest.path.startswith("/pay/")
