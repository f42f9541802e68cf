# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class PaycollectRelease(models.Model):
    """One release of a booking for work, or its withdrawal: who, when and why.

    The rows are the evidence. The booking itself knows only the release that applies
    now, and its chatter names no reason, because technicians read it.
    """

    _name = "paycollect.release"
    _description = "Release for Work"
    _order = "id desc"
    _rec_name = "booking"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    order_id = fields.Many2one(
        "sale.order", string="Sales Order", readonly=True, index="btree_not_null"
    )
    job_id = fields.Many2one("fsm.order", readonly=True, index="btree_not_null")
    booking = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [("released", "Released"), ("withdrawn", "Withdrawn")],
        required=True,
        readonly=True,
    )
    date = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    reason = fields.Char(readonly=True)
    missing = fields.Char(
        string="What Was Missing", readonly=True, help="When it was released."
    )

    def write(self, vals):
        if vals:
            raise UserError(self.env._("The history of releases can't be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of releases can't be deleted."))

    @api.model
    def _record(self, booking, reason, now):
        """Record a release, or its withdrawal if the reason is empty.

        :param booking: ``sale.order`` or ``fsm.order``
        :param now: naive UTC datetime
        """
        link = "order_id" if booking._name == "sale.order" else "job_id"
        return self.create(
            {
                "company_id": booking.company_id.id,
                link: booking.id,
                "booking": booking.display_name,
                "kind": "released" if reason else "withdrawn",
                "date": now,
                "user_id": self.env.uid,
                "reason": reason,
                "missing": booking.collection_readiness_reason if reason else False,
            }
        )
