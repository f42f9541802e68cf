# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .paycollect_hour_block import READERS


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_view_hour_blocks(self):
        """Button: open the customer's prepaid blocks (accounting)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can open prepaid blocks.")
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_hour_block"
        )
        domain = [("partner_id", "=", self.commercial_partner_id.id)]
        return action | {"domain": domain, "context": {}}

    @api.model
    def _find_hour_blocks(self, customer, company):
        """Return the customer's blocks (sudo), newest first, without those that never
        came into use."""
        blocks = self.env["paycollect.hour.block"].sudo()
        found = blocks.search(
            [("partner_id", "=", customer.id), ("company_id", "=", company.id)]
        )
        return found.filtered(lambda block: block.state != "ended" or block.use_ids)
