# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields

from odoo.addons.paycollect_portal.tests.rights.world import PortalWorld


class DunningWorld(PortalWorld):
    """The world with one record of each model that this addon adds."""

    addon = "paycollect_dunning"

    def _make_rows(self):
        return [*super()._make_rows(), self._make_promise()]

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
        }.get(model, {})
