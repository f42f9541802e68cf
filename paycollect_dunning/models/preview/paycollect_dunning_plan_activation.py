# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace
from math import ceil

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.res_company_activation import (
    BLOCKER,
    OK,
    Check,
)

from ...rules.decision import SEND
from ...rules.scale import OLD_ITEMS


class PaycollectDunningPlan(models.Model):
    """Turning a plan on, after seeing what that means."""

    _inherit = "paycollect.dunning.plan"

    def action_activate(self):
        """Button: open the dialog that turns the plan on (Collections managers)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Turn On “%s”", self.name),
            "res_model": "paycollect.dunning.activation",
            "view_mode": "form",
            "target": "new",
            "context": {"default_plan_id": self.id},
        }

    def action_preview(self):
        """Button: who would be reminded today, and who not and why (Collections
        users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        preview = self.env["paycollect.dunning.preview"].create({"plan_id": self.id})
        return preview._open(fields.Datetime.now())

    def _get_start_checks(self):
        """Return the :class:`Check` list of what must be in place before messages go
        out: each one that isn't OK is a blocker."""
        self.ensure_one()
        company = self.company_id.sudo()
        checks = [
            self._check_collecting(),
            company._check_copy(),
            company._check_mail_server(),
            company._check_remit_to(),
            self._check_levels(),
        ]
        return [
            check if check.level == OK else replace(check, level=BLOCKER)
            for check in checks
        ]

    def _check_collecting(self):
        title = self.env._("Automatic collection")
        if self.company_id.sudo().collection_active:
            return Check(OK, title, self.env._("On."))
        return Check(
            BLOCKER,
            title,
            self.env._(
                "Off, so nobody is reminded either. Turn on “Collect on Completion” in "
                "the settings first."
            ),
        )

    def _check_levels(self):
        title = self.env._("Levels")
        if self.level_ids:
            return Check(OK, title, self.env._("%s levels.", len(self.level_ids)))
        return Check(BLOCKER, title, self.env._("None yet. Add at least one."))

    def _start(self, now):
        """Turn the plan on; the first messages are written in a moment.

        :param now: naive UTC datetime
        :raise UserError: if something isn't in place
        """
        checks = self.sudo()._get_start_checks()
        if blockers := [check.text for check in checks if check.level == BLOCKER]:
            raise UserError("\n".join(blockers))
        self._activate(now)
        self.env.ref("paycollect_dunning.cron_dunning").sudo()._trigger()

    def _get_start(self, now):
        """Return what happens if the plan is turned on now.

        Amounts are in the company's currency.

        :return: dict ``levels`` {level ID: (count, amount)}, ``old`` (count, amount) of
            what waits for an approval, ``days`` until everybody was told
        """
        cases = self.env["paycollect.dunning.case"].sudo()
        cases = cases.with_company(self.company_id)
        levels, old, count = {}, (0, 0.0), 0
        for one in cases._decide(self.company_id, now, plans=self).values():
            amount = one.decision.amount * one.rate
            if one.decision.action == SEND:
                number, total = levels.get(one.level_id, (0, 0.0))
                levels[one.level_id] = (number + 1, total + amount)
                count += 1
            elif one.decision.code == OLD_ITEMS:
                moves = self.env["account.move"].browse(one.decision.values["moves"])
                owed = sum(moves.sudo().mapped("amount_residual_signed"))
                old = (old[0] + 1, old[1] + owed)
        days = ceil(count / self.max_per_day) if self.max_per_day else min(count, 1)
        return {"levels": levels, "old": old, "days": days, "count": count}
