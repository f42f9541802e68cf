# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..const import PLANNED, SENT, SETTLING, UNKNOWN

BUSY = (SENT, UNKNOWN, SETTLING)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _check_not_being_charged(self):
        """Refuse while a charge of these invoices is on its way or unknown, or while
        another online payment is on its way or not booked yet.

        A charge that is planned is marked, so that a worker which claims it at the
        same moment fails with a conflict, comes again, and sees the payment.

        :raise ValidationError: with what to do
        """
        if not self:
            return
        self.env["paycollect.attempt"].flush_model(["state", "move_id"])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE paycollect_attempt SET write_date = now() AT TIME ZONE 'UTC'
                 WHERE move_id IN %s AND state IN %s RETURNING state
                """,
                tuple(self.ids),
                (PLANNED, *BUSY),
            )
        )
        if any(state in BUSY for (state,) in rows):
            raise ValidationError(
                self.env._(
                    "This invoice is being charged to your method on file. Please wait "
                    "for the receipt before paying in another way."
                )
            )
        for move in self:
            if move._has_pending_transaction(move.transaction_ids):
                raise ValidationError(move._get_online_payment_error())
