# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..rules.const import PAID, UNKNOWN
from ..rules.door import CARD, CASH, LINK


class PaycollectTakePayment(models.TransientModel):
    """What the screen shows after a payment was taken, and while it waits for one."""

    _inherit = "paycollect.take.payment"

    def get_status(self):
        """Return what became of the payment, for the screen that waits for it.

        :return: ``state`` (waiting, done, processing or failed), ``title``,
            ``lines``, and whether ``more`` can be taken
        """
        self.ensure_one()
        self._check_may_take()
        return self.sudo()._get_status()

    def _is_waiting(self):
        return self.waits_for and self._get_status()["state"] == "waiting"

    def _show_outcome(self, status, code=None):
        """Return the action that shows the outcome, and follows it."""
        job, move = self.order_id, self.move_id
        channel = f"job/{job.id}" if job else f"invoice/{move.id}"
        return {
            "type": "ir.actions.client",
            "tag": "paycollect_door",
            "name": self.env._("Take Payment"),
            "target": "new",
            "params": {
                "dialog": self.id,
                "status": status,
                "code": code or False,
                "channel": f"paycollect_fsm.{channel}",
            },
        }

    def _get_due_there(self):
        """Return what is due where the customer pays: the page of a link asks for its
        own amount."""
        if self.waits_for == LINK:
            return self.move_id._get_amount_to_pay()
        return self.move_id._get_door_due()

    def _get_status(self):
        if self.waits_for == CARD:
            return self._get_card_status()
        due, shown = self._get_due_there(), self.shown_due
        arrived = self.currency_id.round(shown - due)
        if arrived > 0 or not self.move_id._is_owed():
            return self._make_status("done", self._get_arrived_text(arrived))
        if self.move_id._has_pending_transaction(self.move_id.transaction_ids):
            return self._make_status(
                "processing",
                self.env._("On its way"),
                self.env._("The customer's bank is still processing the payment."),
            )
        if self.waits_for != LINK:
            return self._make_status("failed", self.env._("Nothing was taken"))
        return self._make_status(
            "waiting",
            self.currency_id._format_amount(due),
            self.env._(
                "Let the customer scan this code with their phone. They can pay by "
                "card or wallet; this screen shows when they have paid."
            ),
        )

    def _get_arrived_text(self, arrived):
        return self.env._(
            "%(amount)s paid", amount=self.currency_id._format_amount(arrived)
        )

    def _get_card_status(self):
        _, attempt, move = self.env._, self.attempt_id, self.move_id
        values = {
            "amount": self.currency_id._format_amount(attempt.amount),
            "method": attempt.token_id._get_label(),
        }
        if attempt.state == PAID and move._has_pending_transaction(
            attempt.transaction_id
        ):
            return self._make_status("waiting", _("Charging %(amount)s…", **values))
        match attempt.state:
            case "planned" if attempt.parked_code:
                return self._make_status("failed", _("On hold"), attempt.reason)
            case "planned" | "sent":
                return self._make_status(
                    "waiting", _("Charging %(amount)s…", **values), values["method"]
                )
            case "paid":
                return self._make_status(
                    "done", _("%(amount)s paid", **values), values["method"]
                )
            case "settling":
                return self._make_status(
                    "processing", _("On its way"), move._get_status_text()
                )
        return self._make_status("failed", _("Not paid"), self._get_failed_text())

    def _get_failed_text(self):
        attempt = self.attempt_id
        if attempt.state == UNKNOWN:
            return self.env._(
                "The payment provider hasn't responded. Don't take the amount in "
                "another way until the office knows more."
            )
        return attempt.reason or self.env._("The charge was declined.")

    def _get_money_status(self, custody, change):
        """Return the status after cash or a check was taken."""
        _ = self.env._
        amount = self.currency_id._format_amount(custody.amount)
        lines = []
        if change > 0:
            back = self.currency_id._format_amount(change)
            lines.append(_("Give back %(amount)s.", amount=back))
        if custody.credit:
            credit = self.currency_id._format_amount(custody.credit)
            lines.append(_("%(amount)s is kept as credit.", amount=credit))
        lines.append(custody._get_receipt_note())
        if custody.kind == CASH:
            title = _("%(amount)s received in cash", amount=amount)
        else:
            title = _(
                "Check %(number)s for %(amount)s received",
                number=custody.check_number,
                amount=amount,
            )
        return self._make_status("done", title, *lines)

    def _make_status(self, state, title, *lines):
        move = self.move_id
        more = state in ("done", "failed") and not move._get_door_problem()
        lines = [line for line in lines if line]
        if more and state == "done":
            left = self.currency_id._format_amount(move._get_door_due())
            lines.append(self.env._("%(amount)s is still due.", amount=left))
        return {"state": state, "title": title, "lines": lines, "more": more}
