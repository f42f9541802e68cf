# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    """A customer's collection policy, PO requirement and hold on new work."""

    _inherit = "res.partner"

    collection_policy_id = fields.Many2one(
        "paycollect.policy",
        company_dependent=True,
        domain="[('company_id', 'in', (False, allowed_company_ids[0]))]",
        groups="paycollect_fsm.group_user",
        help="Always use this policy for the customer. Empty: the first matching "
        "policy applies.",
        write_groups="paycollect_fsm.group_user",
    )
    collection_require_po = fields.Boolean(
        string="PO Number Required",
        help="Orders for this customer need a PO number before work starts.",
        write_groups="base.group_user",
    )
    collection_hold_reason = fields.Char(
        string="Hold Reason",
        company_dependent=True,
        groups="paycollect_fsm.group_user",
        help="While a reason is entered, new work for this customer cannot be "
        "confirmed or dispatched.",
        write_groups="paycollect_fsm.group_user",
    )

    def _get_hold_reasons(self, company, today=None):
        """Hook: why new work for these customers is on hold, in bulk.

        Each room adds and removes only its own reasons, so that manual holds, holds
        after a decline and holds for overdue invoices do not overwrite each other.

        :param company: ``res.company``
        :param today: the company's day; default: now
        :return: ``{commercial partner: {owner: reason}}``, with a key for each partner
        """
        reasons = {}
        for partner in self.with_company(company).commercial_partner_id.sudo():
            text = (partner.collection_hold_reason or "").strip()
            reasons[partner] = {"manual": text} if text else {}
            reasons[partner] |= partner._get_archived_reason()
        return reasons

    def _get_archived_reason(self):
        """Return the reason that holds new work for an archived contact, if it is."""
        self.ensure_one()
        if self.active:
            return {}
        text = self.env._("the contact %(name)s is archived", name=self.display_name)
        return {"archived": text}
