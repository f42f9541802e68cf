# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .paycollect_booking_mixin import BOOKING_GROUPS

# What a job's payer depends on.
PLACE_FIELDS = frozenset({"location_id", "sale_id", "sale_line_id"})


class FsmOrder(models.Model):
    """Who ordered the job, and who pays for it."""

    _inherit = "fsm.order"

    @api.depends("location_id", "sale_id", "sale_line_id")
    def _compute_collection_orderer_id(self):
        """The order's customer, else the location's owner at the time of booking."""
        for job in self:
            job.collection_orderer_id = (
                job._get_sale_order().collection_orderer_id
                or job.location_id.owner_id.commercial_partner_id
            )

    def write(self, vals):
        if "company_id" in vals:
            self._check_may_change_company(vals["company_id"])
        if not PLACE_FIELDS.intersection(vals):
            return super().write(vals)
        payers = self._get_booked_payers()
        result = super().write(vals)
        if changed := self._note_new_payers(payers):
            changed.with_env(self.env)._check_may_change_payer()
        return result

    def _check_may_change_company(self, company_id):
        """Another company would bill the job and charge its own methods.

        :raise AccessError: unless the user may book work, and in that company
        """
        company = self.env["res.company"].browse(company_id or ())
        moved = self.filtered(
            lambda job: (
                job.company_id != company
                and any((job.company_id | company).sudo().mapped("collection_active"))
            )
        )
        if moved:
            moved._check_may_change_payer()
            self.env["paycollect.access"]._check_groups(company, BOOKING_GROUPS, "")

    def _get_payer_dependencies(self):
        return (
            *super()._get_payer_dependencies(),
            "location_id.owner_id.commercial_partner_id",
            "sale_id.partner_invoice_id.commercial_partner_id",
            "sale_line_id.order_id.partner_invoice_id.commercial_partner_id",
        )

    def _is_booked(self):
        return True

    def _get_orderers(self):
        """A job may be attached to an order later."""
        order = self._get_sale_order()
        return super()._get_orderers() | order.collection_orderer_id
