# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from ...rules.requests import Paid


class AccountMoveLine(models.Model):
    """Disputed invoices, and the payments that a customer may ask about."""

    _inherit = "account.move.line"

    def _get_disputed_parts(self):
        """What the customer disputes; all of it if the bank took the money back."""
        parts = super()._get_disputed_parts()
        for move, lines in self.grouped("move_id").items():
            if not move.sudo().collection_is_contested or lines[:1] in parts:
                continue
            found = move.sudo()._spread_contested()
            parts |= {line: found[line] for line in lines if found.get(line)}
        return parts

    @api.model
    def _get_reason_candidates(self, company):
        self.env["account.move"].flush_model(["collection_is_contested"])
        query = SQL(
            "SELECT id FROM account_move WHERE collection_is_contested "
            "AND company_id = %s",
            company.id,
        )
        return [*super()._get_reason_candidates(company), query]

    @api.model
    def _search_payments(self, customer, company, since):
        """Return the receivable items of a customer's payments (sudo), newest first.

        Payments that the bank returned aren't among them.

        :param customer: commercial partner
        """
        found = self.sudo().search(
            [
                ("partner_id", "child_of", customer.id),
                ("company_id", "=", company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "=", "entry"),
                ("journal_id.type", "in", ("bank", "cash", "credit")),
                ("balance", "<", 0),
                ("date", ">=", since),
                ("payment_id.collection_bounce_move_id", "=", False),
            ],
            order="date desc, id desc",
        )
        return found.filtered(lambda line: not line.move_id.reversal_move_ids)

    def _get_paid(self):
        """Return a payment's receivable item as :class:`requests.Paid`."""
        self.ensure_one()
        return Paid(-self.amount_currency, max(-self.amount_residual_currency, 0.0))
