# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.privacy import CustomerRows


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "account.move": CustomerRows(
                partner=("partner_id", "commercial_partner_id"),
                exported=(
                    "name",
                    "move_type",
                    "state",
                    "invoice_date",
                    "invoice_date_due",
                    "ref",
                    "amount_total",
                    "amount_residual",
                    "currency_id",
                    "payment_state",
                    "collection_policy_reason",
                ),
                domain=(("move_type", "in", ("out_invoice", "out_refund")),),
            ),
            "account.payment": CustomerRows(
                exported=(
                    "name",
                    "date",
                    "payment_type",
                    "amount",
                    "currency_id",
                    "memo",
                    "state",
                ),
            ),
            "paycollect.attempt": CustomerRows(
                partner=("partner_id", "customer_id"), secret=("intent",)
            ),
            "paycollect.approval": CustomerRows(partner=("payer_id", "orderer_id")),
        }
