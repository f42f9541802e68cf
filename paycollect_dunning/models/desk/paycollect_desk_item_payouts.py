# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL


class PaycollectDeskItem(models.Model):
    """Payouts that don't add up."""

    _inherit = "paycollect.desk.item"

    @api.model
    def _get_difference_part(self):
        """What doesn't add up between the providers, our books and the bank."""
        return SQL(
            """
            SELECT %s
              FROM paycollect_discrepancy difference
              LEFT JOIN rate ON rate.company_id = difference.company_id
                            AND rate.currency_id = difference.currency_id
             WHERE difference.state = 'open'
            """,
            self._select(
                "difference",
                "'paycollect.discrepancy'",
                partner="difference.partner_id",
                amount="ABS(difference.amount) * COALESCE(rate.factor, 1)",
                since="difference.date",
            ),
        )

    def _get_difference_to_do(self):
        difference = self.env["paycollect.discrepancy"].sudo().browse(self.res_id)
        return f"{difference.text} {difference.advice}"
