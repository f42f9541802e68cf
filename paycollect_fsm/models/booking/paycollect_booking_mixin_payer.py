# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_list

from ..company.paycollect_log import PAYER
from .paycollect_booking_mixin import BOOKING_GROUPS


class PaycollectBookingMixin(models.AbstractModel):
    """Who ordered the work, and who pays for it.

    What is booked stays booked: if the payer changes afterward, the change is logged,
    and the charge waits until Collections approves it.
    """

    _inherit = "paycollect.booking.mixin"

    collection_orderer_id = fields.Many2one(
        "res.partner",
        string="Ordered By",
        compute="_compute_collection_orderer_id",
        compute_sudo=True,
        store=True,
        precompute=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_user",
        help="The customer who ordered the work. The payment method of another "
        "customer is only charged for it once that is approved.",
    )

    collection_payer_text = fields.Char(
        string="Charged To",
        compute="_compute_collection_payer_text",
        compute_sudo=True,
        groups="base.group_user",
        help="Who will be charged, if it isn't the customer who ordered the work.",
    )

    @api.depends(lambda self: self._get_payer_dependencies())
    @api.depends_context("lang")
    def _compute_collection_payer_text(self):
        for booking in self:
            booking.collection_payer_text = booking._get_payer_text()

    def _get_payer_text(self):
        """Return who pays for what another customer ordered, or an empty string."""
        payer = self._get_payer().commercial_partner_id
        others = self._get_orderers() - payer
        if self.collection_mode != "auto" or not payer or not others:
            return ""
        return self.env._(
            "Will be charged to %(payer)s, once a Collections user has approved that. "
            "It was ordered by %(orderers)s.",
            payer=payer.display_name,
            orderers=format_list(self.env, others.mapped("display_name")),
        )

    def _get_payer_dependencies(self):
        """Hook: names of the fields that the payer depends on."""
        return ("collection_mode", "collection_orderer_id")

    def _compute_collection_orderer_id(self):
        """Hook: the commercial partner who ordered the work, as of the booking."""
        raise NotImplementedError

    def _is_booked(self):
        """Hook: whether the work is agreed on, so that its payer is, too."""
        raise NotImplementedError

    def _get_orderers(self):
        """Hook: every customer who ordered a part of this work."""
        self.ensure_one()
        return self.collection_orderer_id

    def _get_booked_payers(self):
        """Return ``{booking: commercial partner who pays}`` of what is booked."""
        return {
            booking: booking._get_payer().commercial_partner_id
            for booking in self.sudo()
            if booking.company_id.collection_active and booking._is_booked()
        }

    def _note_new_payers(self, payers):
        """Log who pays for these bookings instead of the payer before.

        :param payers: ``_get_booked_payers()`` before the change
        :return: the bookings that got another payer (sudo)
        """
        changed = self.sudo().browse()
        for booking, before in payers.items():
            payer = booking._get_payer().commercial_partner_id
            if payer != before:
                changed |= booking
                text = booking._get_new_payer_text(before, payer)
                booking._message_log(body=text)
                self.env["paycollect.log"]._record(
                    booking.company_id,
                    PAYER,
                    partner_id=payer.id,
                    detail=f"{booking.display_name}: {text}",
                )
        return changed

    def _get_new_payer_text(self, before, payer):
        values = {"payer": payer.display_name, "before": before.display_name}
        others = self._get_orderers() - payer
        if not others:
            return self.env._(
                "This work will be charged to %(payer)s instead of %(before)s.",
                **values,
            )
        return self.env._(
            "This work will be charged to %(payer)s instead of %(before)s, once a "
            "Collections user approves it: it was ordered by %(orderers)s.",
            orderers=format_list(self.env, others.mapped("display_name")),
            **values,
        )

    def _check_may_change_payer(self):
        """:raise AccessError: unless the user may book work"""
        self.env["paycollect.access"]._check_groups(
            self,
            BOOKING_GROUPS,
            self.env._(
                "Only dispatchers, salespeople and Collections users can change who "
                "pays for this work. Ask the office to do it."
            ),
        )
