# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Policy and hold

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

    # Links and methods

    collection_link_count = fields.Integer(
        string="Links",
        compute="_compute_collection_link_count",
        groups="paycollect_fsm.group_user",
    )

    def _compute_collection_link_count(self):
        counts = dict(
            self.env["paycollect.link"]._read_group(
                [("partner_id", "child_of", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.collection_link_count = sum(
                count
                for linked, count in counts.items()
                if linked == partner or partner in linked.parent_id
            )

    def action_request_payment_method(self):
        """Ask which mail and phone the request goes to, then send it."""
        self.ensure_one()
        return self._open_method_request()

    def _open_method_request(self, booking=None):
        """Open the dialog that sends this customer the link to add a method.

        :param booking: record whose chatter notes the request
        """
        wizard = self.env["paycollect.method.request"].create(
            {
                "partner_id": self.id,
                "res_model": booking._name if booking else False,
                "res_id": booking.id if booking else False,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request payment method"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _collection_method_added(self, token):
        """Hook: a payment method was validated and the customer agreed to its use.

        Called once for each new method, on the customer of the token, with sudo and
        inside the post-processing of the validation: no network in here.

        :param token: the new ``payment.token``, already the primary method
        """
        self.ensure_one()
