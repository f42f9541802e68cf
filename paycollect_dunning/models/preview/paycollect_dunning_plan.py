# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

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
                "default_plan_id": (other or self).id,
                "default_other_plan_id": other and self.id,
            },
        }

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
        )
