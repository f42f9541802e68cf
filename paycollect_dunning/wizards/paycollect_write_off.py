# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class PaycollectWriteOff(models.TransientModel):
    """What becomes of balances that cost more to chase than they bring."""

    _name = "paycollect.write.off"
    _description = "Write Off Small Balances"

    case_ids = fields.Many2many(
        "paycollect.dunning.case", string="Cases", required=True
    )
    choice = fields.Selection(
        [
            ("write_off", "Write the amounts off"),
            ("prepaid", "Keep the amounts; new work is prepaid"),
        ],
        required=True,
        default="write_off",
    )
    summary = fields.Char(compute="_compute_summary")
    left_out = fields.Char(compute="_compute_summary")
    small_case_ids = fields.Many2many(
        "paycollect.dunning.case", compute="_compute_summary"
    )

    @api.depends("case_ids")
    def _compute_summary(self):
        now = fields.Datetime.now()
        for wizard in self:
            cases = wizard.sudo().case_ids.with_env(self.env)
            self.env["paycollect.access"]._check_manager(cases)
            small = cases.sudo()._get_small_items(now)
            others = len(cases) - len(small)
            wizard.small_case_ids = cases.browse([case.id for case in small])
            wizard.summary = wizard._get_summary(small)
            wizard.left_out = others > 0 and self.env._(
                "%s of the chosen cases are left out: they are closed, above the limit "
                "for small balances, or not overdue.",
                others,
            )

    def _get_summary(self, small):
        """Return the count and the sum by currency, for example “3 cases, $41.20”."""
        sums = {}
        for case, items in small.items():
            amount = sum(item.residual for item in items)
            sums[case.currency_id] = sums.get(case.currency_id, 0.0) + amount
        amounts = [currency._format_amount(total) for currency, total in sums.items()]
        if len(small) == 1:
            return self.env._("1 case, %s", amounts[0])
        return self.env._(
            "%(count)s cases, %(amounts)s",
            count=len(small),
            amounts=" + ".join(amounts) or "–",
        )

    def action_confirm(self):
        """Button: write off, or keep and ask for prepayment (Collections managers)."""
        self.ensure_one()
        cases = self.sudo().case_ids.with_env(self.env)
        self.env["paycollect.access"]._check_manager(cases)
        now = fields.Datetime.now()
        small = cases.sudo().browse(
            [case.id for case in cases.sudo()._get_small_items(now)]
        )
        if not small:
            raise UserError(
                self.env._("None of these cases is overdue and below the limit.")
            )
        if self.choice == "prepaid":
            small._set_prepaid(now)
            return {"type": "ir.actions.act_window_close"}
        entries = small._write_off(now)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Written Off"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", entries.ids)],
        }
