# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.rules.installment import OFFERED


class ResPartner(models.Model):
    """The payment plans of a customer, for its pages."""

    _inherit = "res.partner"

    def _get_installment_plans(self, company):
        """Return offers and plans in force, the offers first."""
        plans = self.env["paycollect.installment.plan"].sudo()
        found = plans._find_open(self.commercial_partner_id, company)
        return [
            *super()._get_installment_plans(company),
            *(
                {
                    "name": plan._get_document_name(),
                    "text": plan._get_summary(),
                    "url": f"/my/plans?plan={plan.id}",
                    "is_offer": plan.state == OFFERED,
                }
                for plan in found.sorted(lambda p: (bool(p.accepted_at), -p.id))
            ),
        ]
