# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields

from odoo.addons.paycollect_portal.tests.rights.world import PortalWorld


class DunningWorld(PortalWorld):
    """The world with one record of each model that this addon adds."""

    addon = "paycollect_dunning"

    def _make_rows(self):
        return [
            *super()._make_rows(),
            self._make_promise(),
            *self._make_case(),
        ]

    def _make_promise(self):
        today = self.company._get_today()
        return self.env["paycollect.promise"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": self.invoice.currency_id.id,
                "amount": 1,
                "date": today,
                "until": today,
                "move_ids": [Command.set(self.invoice.ids)],
                "source": "staff",
                "promised_at": fields.Datetime.now(),
                "promised_on": today,
            }
        )

    def _prepare_dialog(self, model):
        customer = {"partner_id": self.customer.id, "company_id": self.company.id}
        return super()._prepare_dialog(model) or {
            "paycollect.promise.record": customer,
            "paycollect.dunning.hold": {
                "case_id": self.records["paycollect.dunning.case"].id,
                "reason": "Asked",
            },
        }.get(model, {})

    def _make_case(self):
        """Return the shipped plan, a level, and a case with a reminder of one item."""
        now = fields.Datetime.now()
        plan = self.env["paycollect.dunning.plan"]._create_default(self.company)
        own = {
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
        }
        case = self.env["paycollect.dunning.case"].create(
            {"partner_id": self.customer.id, "opened_at": now, **own}
        )
        level = plan.level_ids[:1]
        message = self.env["paycollect.dunning.message"].create(
            {
                "case_id": case.id,
                "partner_id": self.customer.id,
                "level_id": level.id,
                "state": "queued",
                "date": now,
                **own,
            }
        )
        line = self.env["paycollect.dunning.message.line"].create(
            {"message_id": message.id, "due_date": now.date(), "level_id": level.id}
            | own
        )
        return plan, self._make_level(plan), case, message, line

    def _make_level(self, plan):
        return self.env["paycollect.dunning.level"].create(
            {"plan_id": plan.id, "name": "Own", "delay_days": 90}
        )
