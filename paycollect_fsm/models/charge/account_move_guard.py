# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules.const import PLANNED, SENT, SETTLING, UNKNOWN

BUSY = (SENT, UNKNOWN, SETTLING)
LOCKED = 2  # seconds


class AccountMove(models.Model):
    _inherit = "account.move"

    def _lock_or_retry(self):
        """Whoever works on the invoice, e.g. the native post-processing, goes first.

        :raise RetryableJobError: the job looks again a little later
        """
        if not self.try_lock_for_update():
            raise RetryableJobError(
                f"{self.name} is being worked on", seconds=LOCKED, ignore_retry=True
            )

    def _check_not_being_charged(self):
        """Refuse while a charge of these invoices is on its way or unknown, or while
        another online payment is on its way or not booked yet. Where the company does
        not collect, only what was sent before it stopped counts.

        A charge that is planned is marked, so that a worker which claims it at the
        same moment fails with a conflict, comes again, and sees the payment.

        :raise ValidationError: with what to do
        """
        attempts = self.env["paycollect.attempt"].search(
            [("move_id", "in", self.ids), ("state", "in", (PLANNED, *BUSY))]
        )
        planned = attempts.filtered(lambda attempt: attempt.state == PLANNED)
        # Locked ones are being claimed. Not waited for: nobody waits for a provider.
        if planned < attempts or planned.try_lock_for_update() < planned:
            raise ValidationError(
                self.env._(
                    "This invoice is being charged to your method on file. Please wait "
                    "for the receipt before paying in another way."
                )
            )
        self._mark_planned(planned)
        for move in self.filtered("company_id.collection_active"):
            if move._has_pending_transaction(move.transaction_ids):
                raise ValidationError(move._get_online_payment_error())

    def _mark_planned(self, attempts):
        """Make a worker that is about to claim one of these fail with a conflict."""
        if attempts:
            self.env.cr.execute(
                SQL(
                    "UPDATE paycollect_attempt SET write_date = now() AT TIME ZONE "
                    "'UTC' WHERE id IN %s",
                    tuple(attempts.ids),
                )
            )
