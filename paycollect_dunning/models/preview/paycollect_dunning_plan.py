# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_list

from ...rules.const import ACTIVE
from ...rules.replay import Level, Plan

CHANNELS = ("by_mail", "by_sms", "by_letter", "by_call")


class PaycollectDunningPlan(models.Model):
    """A plan that is tried out before it sends anything."""

    _inherit = "paycollect.dunning.plan"

    def action_replay(self):
        """Button: replay the plan over the last twelve months, beside the active one
        (Collections managers)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        other = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", ACTIVE),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay of the Last 12 Months"),
            "res_model": "paycollect.dunning.replay",
            "view_mode": "form",
            "context": {
                "default_company_id": self.company_id.id,
                "default_plan_id": self.id,
                "default_other_plan_id": other.id,
            },
        }

    def _find_other_plans(self):
        """Return the plans that apply to customers who owe something, in order."""
        self.ensure_one()
        company = self.company_id
        lines = self.env["account.move.line"].sudo()
        owing = lines._read_group(
            [
                ("company_id", "=", company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", ">", 0),
                ("move_id.move_type", "in", ("out_invoice", "out_receipt")),
            ],
            ["move_id.commercial_partner_id"],
        )
        ids = [partner.id for (partner,) in owing]
        found = set(self._find_plan_ids(ids, company).values())
        return (self.browse(found) - self).sorted("sequence")

    def _get_other_plans_text(self):
        """Return which plans come first for all who owe something; "" if none."""
        others = self._find_other_plans()
        if not others:
            return ""
        return self.env._(
            "Other plans apply to the customers who owe something: %(plans)s. Move "
            "this plan above them, narrow their tags and policies, or choose it on "
            "the customer.",
            plans=format_list(self.env, others.mapped("display_name")),
        )

    def _get_replay_terms(self):
        """Return the plan as :class:`rules.replay.Plan`."""
        levels = self.level_ids.sorted("delay_days")
        return Plan(
            levels=tuple(
                Level(
                    key=level.id,
                    delay=level.delay_days,
                    pay_days=level.pay_days,
                    minimum=level.minimum_balance,
                    contacts=sum(level[name] for name in CHANNELS),
                )
                for level in levels
            ),
            minimum=self.minimum_balance,
            wait_days=self.wait_days,
            cutoff_days=self.cutoff_days,
            max_per_day=self.max_per_day,
            grace=self.company_id.dunning_grace_days,
        )
