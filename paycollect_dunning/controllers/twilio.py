# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from xml.sax.saxutils import escape

from werkzeug.exceptions import Forbidden, RequestEntityTooLarge

from odoo import fields, http
from odoo.http import request

from ..rules.twilio import is_genuine

PATH = "/paycollect/twilio/sms"
MAX_BYTES = 64 * 1024
_logger = logging.getLogger(__name__)


class PaycollectTwilio(http.Controller):
    """Replies to text messages, which Odoo's own Twilio connector doesn't receive."""

    @http.route(
        PATH,
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def collection_receive_text(self):
        """Act on one signed text message and answer it, at most once.

        :raise Forbidden: without ``sms_twilio``, or if the signature doesn't match the
            token of the account that the request names
        """
        if (request.httprequest.content_length or 0) > MAX_BYTES:
            raise RequestEntityTooLarge()
        params = request.httprequest.form.to_dict()
        company = self._find_signer(params)
        if not company:
            _logger.warning("Rejected a text message without a valid Twilio signature")
            raise Forbidden()
        answer = company._receive_text(
            params.get("From"),
            params.get("Body"),
            params.get("MessageSid"),
            fields.Datetime.now(),
        )
        if "OptOutType" in params:  # Twilio has confirmed it
            answer = ""
        message = f"<Message>{escape(answer)}</Message>" if answer else ""
        return request.make_response(
            f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>',
            headers=[("Content-Type", "text/xml")],
        )

    def _find_signer(self, params):
        """Return the company (sudo) whose token signed the request, or none."""
        signature = request.httprequest.headers.get("X-Twilio-Signature", "")
        companies = (
            request.env["res.company"]
            .sudo()
            ._search_texting(params.get("AccountSid"), params.get("To"))
        )
        for company in companies:
            url = f"{company._get_public_url()}{PATH}"
            if is_genuine(signature, url, params, company.sms_twilio_auth_token):
                return company
        return companies.browse()
