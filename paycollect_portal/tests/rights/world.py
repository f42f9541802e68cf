# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.addons.paycollect_fsm.tests.rights.world import World


class PortalWorld(World):
    """The world with one record of each model that this addon adds."""

    addon = "paycollect_portal"

    def _make_rows(self):
        line = self.invoice.line_ids[:1]
        allocation = self.env["paycollect.allocation"].create(
            {
                "transaction_id": self.transaction.id,
                "company_id": self.company.id,
                "line_id": line.id,
                "move_id": line.move_id.id,
                "amount": 1,
            }
        )
        return [*super()._make_rows(), allocation]
