# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ...rules.const import OCCASION_METHOD, OCCASION_PAYMENT
from ...rules.contact import find_emails
from ...rules.links import COPY
from ...rules.messages import MAIL, SMS
from ..company.paycollect_log import LINK

REQUEST_GROUPS = (
    "paycollect_fsm.group_user,sales_team.group_sale_salesman,"
    "fieldservice.group_fsm_dispatcher"
)
TEMPLATES = {
    (MAIL, "method"): "mail_template_method_request",
    (MAIL, "payment"): "mail_template_payment_request",
    (SMS, "method"): "sms_template_method_request",
    (SMS, "payment"): "sms_template_payment_request",
}


class ResPartner(models.Model):
    """Requests to a customer: a link to add a payment method or to pay.

    What the request is about comes along as ``work``, texts in the customer's language:
    ``name``, ``what``, ``date``, ``amount`` and ``due``, each may be missing.
    """

    _inherit = "res.partner"

    collection_request_text = fields.Char(
        string="Requests to the Customer",
        compute="_compute_collection_request_text",
        groups=REQUEST_GROUPS,
        help="The latest link that was sent or copied for this customer.",
    )

    def _compute_collection_request_text(self):
        for partner in self:
            links = self.env["paycollect.link"].sudo()
            customer = partner._origin.commercial_partner_id
            links = links.search(
                [
                    ("partner_id.commercial_partner_id", "=", customer.id),
                    ("company_id", "in", self.env.companies.ids),
                    ("channel", "!=", False),
                ]
            )
            partner.collection_request_text = links._get_request_text()

    def action_request_payment_method(self):
        """Button: open the dialog that sends the request."""
        self.ensure_one()
        return self._open_method_request()

    def _open_method_request(self, document=False, purpose="method"):
        """Open the dialog that sends this customer a link.

        :param document: the booking or invoice that the request is about
        :param purpose: of the link
        """
        self._check_may_request_payment_method()
        wizard = self.env["paycollect.method.request"].sudo()
        wizard = wizard.create(
            {
                "partner_id": self.id,
                "purpose": purpose,
                "res_model": document and document._name,
                "res_id": document and document.id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": wizard._get_title(),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _request_payment_method(
        self,
        company=None,
        now=None,
        channels=(MAIL, SMS),
        purpose="method",
        work=None,
        **values,
    ):
        """Send the customer a link to the method page, by email and SMS.

        Both are queued: this transaction sends nothing. They are in the customer's
        language. A contact without an email address or number falls back to its
        commercial partner's.

        :param company: default: the customer's company, else the current one
        :param now: UTC, naive
        :param channels: the ways to use, if the customer can be reached that way
        :param purpose: of the link; another one opens another page
        :param work: what it is about, see the class
        :param values: of the links
        :return: a notification action that names the recipients
        :raise AccessError: the user is not a salesperson, dispatcher or collector
        :raise UserError: there is neither an email address nor a usable number
        """
        self.ensure_one()
        self._check_may_request_payment_method()
        company = company or self.company_id or self.env.company
        partner_sudo = self.sudo().with_company(company)
        targets = partner_sudo._get_request_targets(channels)
        if not targets:
            raise UserError(self._get_unreachable_text(channels))
        partner_sudo._send_link(purpose, targets, work, now, **values)
        names = format_list(self.env, self._get_target_names(targets))
        partner_sudo.message_post(body=self._get_request_note(purpose, names, work))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The link is being sent to %(targets)s.", targets=names
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _copy_link(self, purpose, company, work=None, now=None, **values):
        """Return a working link for the user to pass on, once.

        Whoever holds it acts as the customer, so it is logged who got it, and the link
        and the consent given through it say that it was copied.

        :raise AccessError: the user is not a salesperson, dispatcher or collector
        """
        self.ensure_one()
        self._check_may_request_payment_method()
        link, raw = self.env["paycollect.link"]._create_link(
            self, purpose, company, now=now, channel=COPY, **values
        )
        detail = " · ".join(filter(None, [link.display_name, (work or {}).get("name")]))
        self.env["paycollect.log"]._record(
            company, LINK, partner_id=self.commercial_partner_id.id, detail=detail
        )
        self.sudo().message_post(
            body=self.env._(
                "Link copied to pass on to the customer: %(link)s.", link=detail
            )
        )
        return link._get_url(raw)

    def _check_may_request_payment_method(self):
        self.env["paycollect.access"]._check_groups(
            self,
            REQUEST_GROUPS,
            self.env._(
                "Only salespeople, dispatchers and collections users can request a "
                "payment method or a payment. Ask the office to send the request."
            ),
        )

    def _get_request_targets(self, channels):
        """Return ``{channel: address}`` of those ways that reach the customer."""
        targets = {
            MAIL: self._get_collection_email(),
            SMS: self._get_collection_number(),
        }
        return {way: to for way, to in targets.items() if to and way in channels}

    def _get_target_names(self, targets):
        return [*find_emails(targets.get(MAIL)), *filter(None, [targets.get(SMS)])]

    def _get_unreachable_text(self, channels):
        values = {"customer": self.display_name}
        if MAIL not in channels:
            return self.env._(
                "The text message cannot be sent because %(customer)s has no phone "
                "number that accepts text messages. Add one to the customer or send an "
                "email.",
                **values,
            )
        if SMS not in channels:
            return self.env._(
                "The email cannot be sent because %(customer)s has no email address. "
                "Add one to the customer or send a text message.",
                **values,
            )
        return self.env._(
            "The request cannot be sent because %(customer)s has neither an email "
            "address nor a phone number that accepts text messages. Add one to the "
            "customer and try again.",
            **values,
        )

    def _get_request_note(self, purpose, targets, work):
        about = (work or {}).get("name")
        if purpose == "method" and about:
            return self.env._(
                "Payment method requested for %(work)s: a link is being sent to "
                "%(targets)s.",
                work=about,
                targets=targets,
            )
        if purpose == "method":
            return self.env._(
                "Payment method requested: a link is being sent to %(targets)s.",
                targets=targets,
            )
        return self.env._(
            "Payment requested for %(work)s: a link is being sent to %(targets)s.",
            work=about,
            targets=targets,
        )

    def _get_request_template(self, channel, purpose):
        kind = "method" if purpose == "method" else "payment"
        return self.env.ref(f"paycollect_fsm.{TEMPLATES[channel, kind]}")

    def _send_link(self, purpose, targets, work=None, now=None, **values):
        """Queue the email and the SMS with a link, in the customer's language.

        Each has a link of its own, which is sealed: coworkers who find the message
        cannot act as the customer. The queue deletes them once sent.

        :param targets: ``{channel: address}``
        """
        company = self.env.company
        Link = self.env["paycollect.link"]
        occasion = OCCASION_METHOD if purpose == "method" else OCCASION_PAYMENT
        for channel, address in targets.items():
            url = Link._issue_sealed(
                self, purpose, company=company, now=now, channel=channel, **values
            )
            template = self._get_request_template(channel, purpose).with_context(
                collection_url=url,
                collection_company=company,
                collection_link_days=Link._get_days_left(purpose, now, **values),
                collection_work=work or {},
            )
            queue = self._queue_mail if channel == MAIL else self._queue_text
            carrier = queue(template, address)
            self._follow_message(carrier, occasion, address, company, now)

    def _queue_mail(self, template, address):
        mail_id = template.send_mail(
            self.id,
            email_values={
                "model": False,
                "res_id": False,
                "email_from": self.env.company._get_collection_sender(),
                "email_to": address,
                "email_cc": False,
                "recipient_ids": [],
                "auto_delete": True,
            },
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return self.env["mail.mail"].browse(mail_id)

    def _queue_text(self, template, number):
        body = template._render_field("body", self.ids, compute_lang=True)[self.id]
        return self.env["sms.sms"].create(
            {"number": number, "body": body, "partner_id": self.id}
        )
