# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from freezegun import freeze_time

from ...rules.promise import PORTAL, Said
from ..common import DunningCommon


class PromiseCommon(DunningCommon):
    """Customers who say when they pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promises = cls.env["paycollect.promise"]

    def promise(self, *moves, amount=None, days=5, source=PORTAL, **values):
        """Promise to pay documents in some days, without problems."""
        moves = self.env["account.move"].union(*moves)
        if amount is None:
            amount = sum(moves.mapped("amount_residual"))
        said = Said(amount, self.today + timedelta(days=days))
        promise, problems = self.promises._promise(
            self.customer, self.company, said, moves, source, **values
        )
        self.assertFalse(problems)
        return promise

    def pay(self, move, amount=None, days=0):
        """Pay an invoice some days from now, and match it."""
        payment = self.make_payment(
            move.commercial_partner_id,
            amount or move.amount_residual,
            date=self.today + timedelta(days=days),
        )
        lines = (payment.move_id + move).line_ids
        lines.filtered(
            lambda li: li.account_id.account_type == "asset_receivable"
        ).reconcile()
        return payment

    def get_state(self, promise, days=0):
        """Return the state of a promise some days from now."""
        moment = self.company._get_moment(self.today + timedelta(days=days))
        with freeze_time(moment + timedelta(hours=12)):
            promise.invalidate_recordset(["state", "paid"])
            state = promise.state
            self.assertIn(promise, self.promises.search([("state", "=", state)]))
        return state

    def get_item(self, move, days=0):
        """Return the open item of a document, some days from now."""
        today = self.today + timedelta(days=days)
        customer = move.commercial_partner_id
        items = customer._get_open_items(self.company, today)[customer]
        return next((item for item in items if item.move == move), None)
