# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules.charge import BLOCKED, IN_DRAFT
from ...rules.const import PLANNED, SENT, SETTLING, UNKNOWN

BUSY = (SENT, UNKNOWN, SETTLING)
LOCKED = 2  # seconds
# Fields that determine who was asked to pay, and how much.
FROZEN_FIELDS = frozenset(
    {
        "company_id",
        "currency_id",
        "fiscal_position_id",
        "invoice_line_ids",
        "line_ids",
        "move_type",
        "partner_id",
        "state",
    }
)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _lock_or_retry(self):
        """Lock the invoice; give way to other work on it, e.g. post-processing.

        :raise RetryableJobError: if it is locked; the job tries again a little later
        """
        if not self.try_lock_for_update():
            raise RetryableJobError(
                f"{self.name} is locked by another transaction",
                seconds=LOCKED,
                ignore_retry=True,
            )

    def _check_not_being_charged(self):
        """Refuse a new payment while these invoices are being charged.

        That is while a charge is in progress or unknown, or while another online
        payment is in progress or not booked yet. If the company doesn't collect, only
        charges sent before it stopped count.

        Planned charges are touched, so that a worker claiming one at the same moment
        fails with a conflict, retries, and then sees the payment.

        :raise ValidationError: with what to do
        """
        attempts = self.env["paycollect.attempt"].search(
            [("move_id", "in", self.ids), ("state", "in", (PLANNED, *BUSY))]
        )
        planned = attempts.filtered(lambda attempt: attempt.state == PLANNED)
        # Locked attempts are being claimed. Don't wait: it could take a provider call.
        if planned < attempts or planned.try_lock_for_update() < planned:
            raise ValidationError(
                self.env._(
                    "This invoice is being charged to your payment method on file. "
                    "Please wait for the receipt before paying another way."
                )
            )
        self._mark_planned(planned)
        for move in self.filtered("company_id.collection_active"):
            if move._has_pending_transaction(move.transaction_ids):
                raise ValidationError(move._get_online_payment_error())

    def _mark_planned(self, attempts):
        """Touch the rows, so that a worker claiming one of them gets a conflict."""
        if attempts:
            self.env.cr.execute(
                SQL(
                    "UPDATE paycollect_attempt SET write_date = now() AT TIME ZONE "
                    "'UTC' WHERE id IN %s",
                    tuple(attempts.ids),
                )
            )

    # -- invoices stay as they are while a payment is on its way ----------------------

    def write(self, vals):
        if FROZEN_FIELDS.intersection(vals):
            self.filtered(
                lambda move: any(
                    move._field_will_change(move, vals, name)
                    for name in FROZEN_FIELDS.intersection(vals)
                )
            )._check_not_on_its_way()
        frees = vals.get("state") == "posted" or "payment_state" in vals
        freed = self.filtered("posted_before") if frees else self.browse()
        result = super().write(vals)
        freed._resume_charges(fields.Datetime.now())
        return result

    def _resume_charges(self, now):
        """Resume the charges that waited for these invoices.

        :param now: naive UTC datetime
        """
        waiting = self.sudo().collection_attempt_ids.filtered(
            lambda attempt: attempt.parked_code in (IN_DRAFT, BLOCKED)
        )
        for code, attempts in waiting.grouped("parked_code").items():
            (attempts & attempts._search_unparkable(code, now))._set_unparked()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_not_on_its_way()
        return super()._reverse_moves(default_values_list, cancel=cancel)

    def _check_not_on_its_way(self):
        """Refuse changes to posted invoices while a payment for them is on its way.

        A bank debit settles days later. It would pay, and even post, an invoice that is
        being corrected. Planned charges are touched, so that a worker claiming one at
        the same moment fails with a conflict.

        :raise UserError: with what is on its way and what to do
        """
        posted = self.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        ).sudo()
        if not posted:
            return
        attempts = posted.collection_attempt_ids
        posted._mark_planned(attempts.filtered(lambda a: a.state == PLANNED))
        for move in posted:
            if text := move._get_on_its_way_text():
                raise UserError(text)

    def _get_on_its_way_text(self):
        """Return why the invoice can't be changed now, or an empty string."""
        self.ensure_one()
        busy = self.collection_attempt_ids.filtered(lambda a: a.state in BUSY)
        values = {"invoice": self.name}
        if UNKNOWN in busy.mapped("state"):
            return self.env._(
                "%(invoice)s can't be changed right now: the outcome of a charge is "
                "unknown. You can change the invoice once the outcome is confirmed.",
                **values,
            )
        if busy or (
            self.company_id.collection_active
            and self._has_pending_transaction(self.transaction_ids)
        ):
            return self.env._(
                "%(invoice)s can't be changed right now: a payment for it is being "
                "processed. Once the payment has arrived or been returned, you can "
                "change the invoice or create a credit note. Bank debits take up to "
                "five business days.",
                **values,
            )
        return ""
