# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


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

    @api.model
    def _create_link(
        self, partner, purpose, company=None, move=None, now=None, **values
    ):
        """A link to pay a quotation expires with it."""
        link, raw = super()._create_link(partner, purpose, company, move, now, **values)
        end = self._get_offer_end(purpose, values)
        if end and end < link.expires_at:
            link.expires_at = end
        return link, raw

    @api.model
    def _get_days_left(self, purpose, now=None, **values):
        days = super()._get_days_left(purpose, now, **values)
        if end := self._get_offer_end(purpose, values):
            left = end - (now or fields.Datetime.now())
            days = max(min(days, left.days), 1)
        return days

    @api.model
    def _get_offer_end(self, purpose, values):
        order = self.env["sale.order"].sudo().browse(values.get("order_id") or ())
        return order._get_offer_end() if order and purpose == "order" else None

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
