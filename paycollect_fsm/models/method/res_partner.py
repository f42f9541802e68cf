# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ...rules.const import OCCASION_METHOD
from ...rules.contact import find_emails

REQUEST_GROUPS = (
    "paycollect_fsm.group_user,sales_team.group_sale_salesman,"
    "fieldservice.group_fsm_dispatcher"
)


class ResPartner(models.Model):
    _inherit = "res.partner"
    _masked_texts = ("comment",)

    # Receipts

    collection_receipt_sms = fields.Boolean(
        string="Receipts by SMS",
        help="Also send a short receipt by text message.",
        write_groups="base.group_user",
    )

    # Links and methods

    collection_link_count = fields.Integer(
        string="Customer Links",
        compute="_compute_collection_link_count",
        groups="paycollect_fsm.group_user",
    )

    def _compute_collection_link_count(self):
        """Count the links of the customer and its contacts."""
        counts = Counter()
        for partner, count in self.env["paycollect.link"]._read_group(
            [("partner_id", "child_of", self.ids)], ["partner_id"], ["__count"]
        ):
            while partner:
                counts[partner.id] += count
                partner = partner.parent_id
        for partner in self:
            partner.collection_link_count = counts[partner._origin.id]

    def action_request_payment_method(self):
        """Button: open the dialog that sends the request."""
        self.ensure_one()
        return self._open_method_request()

    def action_view_collection_links(self):
        self.ensure_one()
        self.env["paycollect.link"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_link"
        )
        action["domain"] = [("partner_id", "child_of", self.id)]
        action["context"] = {}
        return action

    def _open_method_request(self, booking=False):
        """Open the dialog that sends this customer the link to add a method.

        :param booking: record whose chatter notes the request
        """
        self._check_may_request_payment_method()
        wizard = self.env["paycollect.method.request"].sudo()
        wizard = wizard.create(
            {
                "partner_id": self.id,
                "res_model": booking and booking._name,
                "res_id": booking and booking.id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Payment Method"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _request_payment_method(self, company=None, now=None):
        """Send the customer a link to the method page, by email and SMS.

        Both are queued: this transaction sends nothing. They are in the customer's
        language. A contact without an email address or number falls back to its
        commercial partner's.

        :param company: default: the customer's company, else the current one
        :param now: UTC, naive
        :return: a notification action that names the recipients
        :raise AccessError: the user is not a salesperson, dispatcher or collector
        :raise UserError: there is neither an email address nor a usable number
        """
        self.ensure_one()
        self._check_may_request_payment_method()
        company = company or self.company_id or self.env.company
        partner_sudo = self.sudo().with_company(company)
        email = partner_sudo._get_collection_email()
        number = partner_sudo._get_collection_number()
        if not email and not number:
            raise UserError(
                self.env._(
                    "The request cannot be sent because %(customer)s has neither an "
                    "email address nor a phone number that accepts text messages. Add "
                    "one to the customer and try again.",
                    customer=self.display_name,
                )
            )
        partner_sudo._send_method_request(email, number, now)
        targets = format_list(self.env, [*find_emails(email), *filter(None, [number])])
        partner_sudo.message_post(
            body=self.env._(
                "Payment method requested: a link is being sent to %(targets)s.",
                targets=targets,
            )
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "A link to add a payment method is being sent to %(targets)s.",
                    targets=targets,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_may_request_payment_method(self):
        self.env["paycollect.access"]._check_groups(
            self,
            REQUEST_GROUPS,
            self.env._(
                "Only salespeople, dispatchers and collections users can request a "
                "payment method. Ask the office to send the request."
            ),
        )

    def _send_method_request(self, email, number, now=None):
        """Queue the email and the SMS for a request, in the customer's language.

        Each has a link of its own, which is sealed: coworkers who find the message
        cannot act as the customer. The queue deletes them once sent.
        """
        company = self.env.company
        Link = self.env["paycollect.link"]

        def prepare_context():
            url = Link._issue_sealed(self, "method", company=company, now=now)
            return {
                "collection_url": url,
                "collection_company": company,
                "collection_link_days": Link._get_valid_days(),
            }

        if email:
            template = self.env.ref("paycollect_fsm.mail_template_method_request")
            mail_id = template.with_context(**prepare_context()).send_mail(
                self.id,
                email_values={
                    "model": False,
                    "res_id": False,
                    "email_from": company._get_collection_sender(),
                    "email_to": email,
                    "email_cc": False,
                    "recipient_ids": [],
                    "auto_delete": True,
                },
            )
            mail = self.env["mail.mail"].browse(mail_id)
            self._follow_message(mail, OCCASION_METHOD, email, company)
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        if number:
            template = self.env.ref("paycollect_fsm.sms_template_method_request")
            body = template.with_context(**prepare_context())._render_field(
                "body", self.ids, compute_lang=True
            )[self.id]
            text = self.env["sms.sms"].create(
                {"number": number, "body": body, "partner_id": self.id}
            )
            self._follow_message(text, OCCASION_METHOD, number, company)

    def _follow_message(self, carrier, occasion, address, company):
        """Hook: a message to this customer was queued; see that it is delivered.

        :param carrier: the ``mail.mail`` or ``sms.sms``
        :param occasion: ``const.OCCASION_METHOD`` or ``OCCASION_CONSENT``
        """

    def _collection_method_added(self, token):
        """Hook: a payment method was validated and the customer consented to its use.

        Called once per new method, on the token's customer, with sudo and during
        post-processing of the validation: make no network calls here.

        :param token: the new ``payment.token``, already the primary method
        """
        self.ensure_one()

    def _get_waiting_amounts(self, _company):
        """Hook: the amount that saving a method pays on each waiting invoice.

        :return: ``{move: amount}``, in the invoice's currency
        """
        return {}

    def _get_waiting_moves(self, _company):
        """Hook: open invoices (sudo) to charge as soon as a method is saved."""
        return self.env["account.move"]
