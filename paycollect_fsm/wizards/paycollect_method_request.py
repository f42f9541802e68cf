# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ..models.method.res_partner_request import REQUEST_GROUPS
from ..rules.contact import find_emails
from ..rules.messages import MAIL, SMS

DOCUMENTS = ("sale.order", "fsm.order", "account.move")


class PaycollectMethodRequest(models.TransientModel):
    """Ask where to send a link to add a payment method or to pay, then send it.

    It says what was requested before, so that nobody asks a customer twice by mistake.
    """

    _name = "paycollect.method.request"
    _description = "Request to a Customer"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    purpose = fields.Selection(
        [
            ("method", "Add a payment method"),
            ("order", "Pay an order"),
            ("invoice", "Pay an invoice"),
        ],
        default="method",
        required=True,
        readonly=True,
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    subject = fields.Char(string="For", compute="_compute_subject")
    request_text = fields.Char(string="Last Request", compute="_compute_subject")
    email = fields.Char(compute="_compute_targets")
    number = fields.Char(string="Phone", compute="_compute_targets")
    by_email = fields.Boolean(string="Email", default=True, write_groups=REQUEST_GROUPS)
    by_sms = fields.Boolean(
        string="Text message", default=True, write_groups=REQUEST_GROUPS
    )

    @api.depends("partner_id")
    def _compute_targets(self):
        for request in self:
            partner = request.partner_id.sudo()
            emails = find_emails(partner._get_collection_email())
            request.email = format_list(self.env, emails) if emails else False
            request.number = partner._get_collection_number()

    @api.depends("partner_id", "res_model", "res_id")
    def _compute_subject(self):
        for request in self:
            work = request._get_work()
            parts = [work.get(name) for name in ("name", "what", "date", "due")]
            request.subject = " · ".join(filter(None, parts))
            request.request_text = request._get_request_text()

    def action_send(self):
        """Button: send the request, and log it on the booking or invoice.

        :raise UserError: no way was chosen, or the customer can't be reached that way
        """
        self.ensure_one()
        ways = [way for way, on in ((MAIL, self.by_email), (SMS, self.by_sms)) if on]
        if not ways:
            raise UserError(
                self.env._("Choose how to send the link: by email, by SMS or both.")
            )
        document, company = self._get_document(), self._get_company()
        notification = self.partner_id._request_payment_method(
            company=company,
            channels=ways,
            purpose=self.purpose,
            work=self._get_work(in_customer_language=True),
            **self._get_link_values(),
        )
        if document:
            self._log_on_document(document, ways)
        return notification

    def action_copy_link(self):
        """Button: show a working link once, to be passed on to the customer."""
        self.ensure_one()
        url = self.partner_id._copy_link(
            self.purpose,
            self._get_company() or self.env.company,
            work=self._get_work(),
            **self._get_link_values(),
        )
        return {
            "type": "ir.actions.client",
            "tag": "paycollect_copy_link",
            "name": self._get_title(),
            "target": "new",
            "params": {"url": url, "customer": self.partner_id.display_name},
        }

    def _get_title(self):
        if self.purpose == "method":
            return self.env._("Request Payment Method")
        return self.env._("Send Payment Link")

    def _get_document(self):
        """Return the record that the request was opened from, if any."""
        if self.res_model not in DOCUMENTS:
            return None
        return self.env[self.res_model].browse(self.res_id).exists()

    def _get_company(self):
        document = self._get_document()
        return document.sudo().company_id if document else None

    def _get_link_values(self):
        document = self._get_document()
        return document.sudo()._get_link_values() if document else {}

    def _get_work(self, in_customer_language=False):
        document = self._get_document()
        if not document:
            return {}
        if in_customer_language and self.partner_id.lang:
            document = document.with_context(lang=self.partner_id.lang)
        return document.sudo()._get_work()

    def _get_request_text(self):
        """Return the latest request for the booking, else the customer."""
        document = self._get_document()
        if document and "collection_request_text" in document:
            return document.sudo().collection_request_text
        return self.partner_id.sudo().collection_request_text

    def _log_on_document(self, document, ways):
        targets = self.partner_id.sudo()._get_request_targets(ways)
        values = {
            "customer": self.partner_id.display_name,
            "destination": format_list(
                self.env, self.partner_id._get_target_names(targets)
            ),
        }
        if self.purpose == "method":
            body = self.env._(
                "A payment method was requested from %(customer)s (%(destination)s).",
                **values,
            )
        else:
            body = self.env._(
                "A payment link was sent to %(customer)s (%(destination)s).", **values
            )
        document.sudo()._message_log(body=body)
