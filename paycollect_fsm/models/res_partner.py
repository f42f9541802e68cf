# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

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

    def _collection_method_added(self, token):
        """Hook: a payment method was validated and the customer agreed to its use.

        Called once for each new method, on the customer of the token, with sudo and
        inside the post-processing of the validation: no network in here.

        :param token: the new ``payment.token``, already the primary method
        """
        self.ensure_one()
