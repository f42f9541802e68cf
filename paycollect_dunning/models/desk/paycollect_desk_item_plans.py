# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.rules.installment import BROKEN


class PaycollectDeskItem(models.Model):
    """Payment plans of which a part is late."""

    _inherit = "paycollect.desk.item"

    @api.model
    def _get_plan_part(self):
        plans = self.env["paycollect.installment.plan"]
        return SQL(
            """
            SELECT %(columns)s
              FROM paycollect_installment_plan plan
              JOIN (%(states)s) fact ON fact.id = plan.id AND fact.state = %(broken)s
              JOIN account_move move ON move.id = plan.move_id
              LEFT JOIN rate ON rate.company_id = plan.company_id
                            AND rate.currency_id = plan.currency_id
            """,
            columns=self._select(
                "plan",
                "'paycollect.installment.plan'",
                partner="plan.partner_id",
                amount="move.amount_residual * COALESCE(rate.factor, 1)",
                since="""(
                    SELECT MIN(part.date)
                      FROM (
                          SELECT date, SUM(amount) OVER (ORDER BY date, id) AS upto
                            FROM paycollect_installment WHERE plan_id = plan.id
                      ) part
                     WHERE part.upto > plan.amount - move.amount_residual
                )""",
                details="""jsonb_build_object(
                    'currency', plan.currency_id, 'amount', move.amount_residual,
                    'invoice', move.name)""",
            ),
            states=plans._get_state_query(),
            broken=BROKEN,
        )
