# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResPartner(models.Model):
    """Customers whose credit can be refunded without an invoice."""

    _inherit = "res.partner"

    def action_refund_credit(self):
        """Button: open the dialog that refunds the customer's credit (Collections
        users).

        :raise UserError: if there is none
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        company = self.env.company
        return self.env["paycollect.refund.start"]._open(
            self.commercial_partner_id, credits=self._find_credit_lines(company)
        )

    def _find_credit_lines(self, company):
        """Return the open credit (sudo) of the customer in the company's currency, or
        else in the first one that there is."""
        self.ensure_one()
        lines = self.env["account.move.line"].sudo()
        found = lines.search(
            [
                ("partner_id", "child_of", self.commercial_partner_id.id),
                ("company_id", "=", company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "<", 0),
            ],
            order="date, id",
        )
        own = found.filtered(lambda line: line.currency_id == company.currency_id)
        return own or found.filtered(
            lambda line: line.currency_id == found[:1].currency_id
        )
