# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter

from odoo import fields, models


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

    def action_view_collection_links(self):
        self.ensure_one()
        self.env["paycollect.link"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_link"
        )
        action["domain"] = [("partner_id", "child_of", self.id)]
        action["context"] = {}
        return action

    def _follow_message(self, carrier, occasion, address, company, now=None):
        """Hook: a message to this customer was queued; see that it is delivered.

        :param carrier: the ``mail.mail`` or ``sms.sms``
        :param occasion: ``const.OCCASION_METHOD``, ``OCCASION_PAYMENT`` or
            ``OCCASION_CONSENT``
        :param now: naive UTC datetime
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
