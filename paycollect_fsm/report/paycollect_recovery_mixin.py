# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

from ..rules import declines


class PaycollectRecoveryMixin(models.AbstractModel):
    """What the reports about recovery have in common. Amounts: company currency."""

    _name = "paycollect.recovery.mixin"
    _description = "Recovery of Declined Payments: Common Fields"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    first_declined_at = fields.Datetime(string="First Declined", readonly=True)
    decline_kind = fields.Selection(
        [
            (declines.SOFT, "Try later"),
            (declines.TRANSIENT, "Passing trouble"),
            (declines.HARD, "Final"),
            (declines.CUSTOMER, "Customer must correct it"),
            (declines.MERCHANT, "Ours to mend"),
            (declines.AUTH, "Customer must confirm it"),
            ("none", "Not known"),
        ],
        string="Kind of Decline",
        readonly=True,
        help="What the first decline means.",
    )
    method_kind = fields.Selection(
        [("card", "Card"), ("bank", "Bank account"), ("wallet", "Wallet")],
        string="Kind of Method",
        readonly=True,
        help="Of the method that was declined first.",
    )
    amount_declined = fields.Monetary(readonly=True)
    amount_recovered = fields.Monetary(readonly=True)
    recovery_rate = fields.Float(
        string="Recovered Share",
        readonly=True,
        aggregator="avg",
        help="Amount recovered ÷ amount declined, weighted by amount.",
    )

    def _search(self, *args, **kwargs):
        """PostgreSQL would take seconds to compile what it runs in a fraction."""
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        return super()._search(*args, **kwargs)

    def _read_group_select(self, aggregate_spec, query):
        """A share of several rows is that of their sums, not the mean of shares."""
        if aggregate_spec != "recovery_rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "COALESCE(SUM(%s) / NULLIF(SUM(%s), 0), 0)",
            self._field_to_sql(self._table, "amount_recovered", query),
            self._field_to_sql(self._table, "amount_declined", query),
        )
