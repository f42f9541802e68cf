# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class PaycollectLink(models.Model):
    """The work that a link was requested for."""

    _inherit = "paycollect.link"

    order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    job_id = fields.Many2one(
        "fsm.order",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    def _get_noted_records(self, customer):
        noted = super()._get_noted_records(customer)
        return [*noted, *self.order_id, *self.job_id]

    def _get_document(self):
        """Hook: the order or invoice that is paid through the link (sudo)."""
        self.ensure_one()
        return self.order_id

    def _get_work(self):
        """Return what the link is about, as texts for its page.

        :return: see ``paycollect.booking.mixin._get_work``; empty if it's about nothing
            in particular
        """
        self.ensure_one()
        booking = self.job_id or self.order_id
        return booking._get_work() if booking else {}
