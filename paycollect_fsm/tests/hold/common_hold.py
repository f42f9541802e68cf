# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from ..common import CollectionCommon


class HoldMixin:
    """Orders whose estimate is held when they are confirmed."""

    def set_scene(self):
        super().set_scene()
        self.policies["auto"].write({"hold_at_booking": True, "hold_margin": 10})
        self.customer = self.make_partner()
        self.card = self.make_token(self.customer)

    def book(self, days=1, lines=None, work=True, **values):
        """Confirm an order for a job in some days, and place what is to be placed."""
        partner = values.pop("partner", self.customer)
        with self.with_jobs() as trap:
            order = self.make_sale(
                partner, lines or [(self.repair, 2)], confirm=False, **values
            )
            order.commitment_date = self.now() + timedelta(days=days)
            order.action_confirm()
            for job in order.fsm_order_ids:
                job.scheduled_date_start = self.now() + timedelta(days=days)
            if not work:
                trap.enqueued_jobs = []
        order.invalidate_recordset()
        return order

    def get_hold(self, order):
        return order.collection_hold_ids.sorted("id")[-1:]

    def work_off(self, deed, *args):
        """Do something, and the jobs that it queues."""
        with self.with_jobs():
            result = deed(*args)
        self.env.invalidate_all()
        return result

    def get_moves(self, order):
        return order.order_line.invoice_lines.move_id

    def assertHold(self, order, state, reason=None):
        hold = self.get_hold(order)
        self.assertEqual(hold.state, state, hold.reason_text)
        if reason is not None:
            self.assertEqual(hold.reason_code or "", reason)
        return hold


class HoldCommon(HoldMixin, CollectionCommon):
    """With a provider that answers at once."""
