# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    """By which policy a customer pays, and what holds new work back."""

    _inherit = "res.partner"

    collection_policy_id = fields.Many2one(
        "paycollect.policy",
        string="Collection policy",
        company_dependent=True,
        domain="[('company_id', 'in', (False, allowed_company_ids[0]))]",
        groups="paycollect_fsm.group_user",
        help="Always use this policy for the customer. Empty: the first policy that "
        "matches.",
    )
    collection_require_po = fields.Boolean(
        string="Requires a PO number",
        help="Orders of this customer need a PO number before the work starts.",
    )
    collection_hold_reason = fields.Char(
        string="On hold because",
        company_dependent=True,
        groups="paycollect_fsm.group_user",
        help="As long as a reason is given, new work for this customer is neither "
        "confirmed nor dispatched.",
    )

    def _get_hold_reasons(self, company):
        """Hook: why new work for these customers is held back, in bulk.

        Each room adds its own and takes back only its own, so that a hold by hand, one
        that follows a decline and one for money that is overdue do not overwrite each
        other.

        :param company: ``res.company``
        :return: ``{commercial partner: {owner: reason}}``, with each partner
        """
        reasons = {}
        for partner in self.with_company(company).commercial_partner_id.sudo():
            text = (partner.collection_hold_reason or "").strip()
            reasons[partner] = {"manual": text} if text else {}
        return reasons
