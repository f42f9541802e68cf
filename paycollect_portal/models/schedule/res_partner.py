# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.autopay import share_credit
from ...rules.open_items import get_balance

READERS = "account.group_account_invoice,account.group_account_readonly"


class ResPartner(models.Model):
    """A customer's autopay and scheduled payments."""

    _inherit = "res.partner"

    collection_autopay_text = fields.Char(
        string="Autopay",
        compute="_compute_collection_autopay_text",
        compute_sudo=True,
        groups=READERS,
        help="What the customer agreed to. Empty if autopay is off.",
    )

    @api.depends_context("company", "lang")
    def _compute_collection_autopay_text(self):
        customers = self.commercial_partner_id
        rows = self.env["paycollect.autopay"]._find_active(customers, self.env.company)
        texts = {row.partner_id: row._get_summary() for row in rows}
        for partner in self:
            partner.collection_autopay_text = texts.get(partner.commercial_partner_id)

    def action_open_autopay(self):
        """Button: open the customer's autopay, with its history."""
        return self._open_schedule("paycollect_portal.action_paycollect_autopay")

    def action_open_scheduled_payments(self):
        """Button: open the payments that the customer scheduled."""
        return self._open_schedule(
            "paycollect_portal.action_paycollect_scheduled_payment"
        )

    def _open_schedule(self, xmlid):
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can open scheduled payments.")
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        customer = self.commercial_partner_id
        return action | {
            "domain": [("partner_id", "=", customer.id)],
            "context": {"active_test": False},
        }

    def _share_credit(self, company, items, wanted):
        """Return the credit that planned payments use before money, as of now.

        What else is due now uses it first, as on the balance page.

        :param items: the customer's :class:`open_items.OpenItem`
        :param wanted: list of (receivable items that it pays, amount before credit), in
            the order of payment
        :return: list of amounts, one for each payment
        """
        if not wanted:
            return []
        lines = self.env["account.move.line"].union(*(pair[0] for pair in wanted))
        groups = {}
        for item in items:
            key = item.currency, item.line.account_id
            groups.setdefault(key, []).append(item)
        credits = self.commercial_partner_id._get_usable_credit(company, groups)
        for (currency, account), rows in groups.items():
            others = [item for item in rows if item.line not in lines]
            digits, credit = currency.decimal_places, credits[currency, account]
            credits[currency, account] -= get_balance(others, digits, credit).used
        keys = [(paid.currency_id[:1], paid.account_id[:1]) for paid, _amount in wanted]
        amounts = [amount for _paid, amount in wanted]
        digits = company.currency_id.decimal_places
        return share_credit(zip(keys, amounts, strict=True), credits, digits)

    def _get_installment_plans(self, _company):
        """Hook: payment plans that staff offer to this customer, for its page.

        :return: list of dicts with ``name``, ``text`` and ``url``
        """
        return []

    def _send_schedule_mail(self, record, template, occasion):
        """Queue an email to this contact about autopay or a scheduled payment.

        :param record: what the template is about, with the company and its context
        """
        self.ensure_one()
        company, address = record.company_id, self._get_collection_email()
        if not address:
            self._note_unreachable(company, occasion)
            return
        mail_id = record.env.ref(template).send_mail(
            record.id,
            force_send=False,
            email_values={
                "email_to": address,
                "recipient_ids": [],
                "model": False,
                "res_id": False,
                "auto_delete": True,
            },
        )
        mail = self.env["mail.mail"].sudo().browse(mail_id)
        self._follow_message(mail, occasion, address, company)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _note_unreachable(self, company, occasion, now=None):
        """Record that there is no address; the cron creates an activity."""
        message = self.env["paycollect.message"].sudo()
        message.create(
            {
                "channel": "mail",
                "state": "queued",
                "queued_at": now or fields.Datetime.now(),
                "partner_id": self.id,
                "company_id": company.id,
                "occasion": occasion,
            }
        )._set_skipped("unreachable")
