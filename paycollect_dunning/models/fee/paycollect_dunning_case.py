# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL

from ...rules.late_fee import get_order


class PaycollectDunningCase(models.Model):
    """Late fees stand in the messages about what they are charged for."""

    _inherit = "paycollect.dunning.case"

    def _prepare_run(self, company, now):
        result = super()._prepare_run(company, now)
        self.env["paycollect.late.fee"]._charge_company(company, now)
        return result

    def _find_riders(self, company):
        """A fee is asked for with its due part; a kept one by itself."""
        self.env["paycollect.late.fee"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fee.fee_move_id, MIN(fee.line_id)
                  FROM paycollect_late_fee fee
                  JOIN account_move_line line ON line.id = fee.line_id
                 WHERE fee.company_id = %s AND line.reconciled IS NOT TRUE
                 GROUP BY fee.fee_move_id
                """,
                company.id,
            )
        )
        return super()._find_riders(company) | dict(rows)

    def _sort_payable(self, lines):
        """A payment covers fees, interest and invoices in the country's order."""
        lines = super()._sort_payable(lines)
        company = self.company_id
        order = get_order(company.country_id.code, company._get_fee_order())
        return lines.sorted(lambda line: order.index(line.move_id._get_debt_kind()))
