# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

from ..rules import declines


class PaycollectRecoveryMixin(models.AbstractModel):
    """Common fields of the recovery reports. Amounts are in company currency."""

    _name = "paycollect.recovery.mixin"
    _inherit = "paycollect.report.mixin"
    _description = "Payment Recovery Fields"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    first_declined_at = fields.Datetime(string="First Declined", readonly=True)
    decline_kind = fields.Selection(
        [*declines.KIND_LABELS.items(), ("none", "Unknown")],
        string="Decline Type",
        readonly=True,
        help="What the first decline means.",
    )
    method_kind = fields.Selection(
        [("card", "Card"), ("bank", "Bank account"), ("wallet", "Wallet")],
        string="Payment Method Type",
        readonly=True,
        help="Type of the payment method that was declined first.",
    )
    amount_declined = fields.Monetary(string="Declined Amount", readonly=True)
    amount_recovered = fields.Monetary(string="Recovered Amount", readonly=True)
    recovery_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Recovered amount ÷ declined amount, weighted by amount.",
    )

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is that of its sums, not the mean of its rows."""
        if aggregate_spec != "recovery_rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "COALESCE(SUM(%s) / NULLIF(SUM(%s), 0), 0)",
            self._field_to_sql(self._table, "amount_recovered", query),
            self._field_to_sql(self._table, "amount_declined", query),
        )
