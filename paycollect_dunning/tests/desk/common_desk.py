# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields

from ..promise.common_promise import PromiseCommon


class DeskCommon(PromiseCommon):
    """A plan that sends, and customers who were told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plans = cls.env["paycollect.dunning.plan"]
        cls.plan = plans._create_default(cls.company)
        cls.plan._activate(fields.Datetime.now())

    def make_case(self, customer=None, **values):
        return self.env["paycollect.dunning.case"].create(
            {
                "partner_id": (customer or self.customer).id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "plan_id": self.plan.id,
                "opened_at": fields.Datetime.now(),
                **values,
            }
        )

    def tell(self, move, work="none", days=15, state="sent"):
        """Name an invoice at a level of the plan; return the case."""
        level = self.plan.level_ids.filtered(lambda lv: lv.delay_days == days)
        level.work = work
        customer = move.commercial_partner_id
        case = self.env["paycollect.dunning.case"].search(
            [("partner_id", "=", customer.id), ("state", "!=", "closed")], limit=1
        )
        case = case or self.make_case(customer)
        line = move.line_ids.filtered(
            lambda li: li.account_id.account_type == "asset_receivable"
        )
        own = {"company_id": self.company.id, "currency_id": move.currency_id.id}
        self.env["paycollect.dunning.message"].create(
            {
                "case_id": case.id,
                "partner_id": customer.id,
                "level_id": level.id,
                "channel": "mail",
                "batch_key": move.name,
                "state": state,
                "date": fields.Datetime.now(),
                "amount": move.amount_residual,
                "move_ids": [Command.set(move.ids)],
                "line_ids": [
                    Command.create(
                        {
                            "line_id": line.id,
                            "move_id": move.id,
                            "due_date": line.date_maturity,
                            "residual": move.amount_residual,
                            "amount": move.amount_residual,
                            "level_id": level.id,
                            **own,
                        }
                    )
                ],
                **own,
            }
        )
        return case
