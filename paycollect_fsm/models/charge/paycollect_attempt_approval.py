# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ...rules.approval import MAXIMUM
from ...rules.charge import APPROVAL
from ...rules.const import PLANNED


class PaycollectAttempt(models.Model):
    """Charges that wait for approval are parked like others."""

    _inherit = "paycollect.attempt"

    def _waits_for_approval(self):
        """Whether it is planned, and a person has to approve it first; False if there
        is no attempt."""
        return self.state == PLANNED and self.parked_code == APPROVAL

    def _tells_customer(self, now=None):
        """Whether the customer gets the invoice now, before the charge.

        For a charge on a later day, and for one above the maximum for automatic
        charges, which the customer may prefer to pay. Whatever else waits for approval
        may be wrong: only staff know about it.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if self._waits_for_approval():
            return self.reason_params["causes"] == [MAXIMUM]
        return self._is_waiting(now)

    def action_approve(self):
        """Button: open the dialog that approves the charge."""
        self.ensure_one()
        return self.move_id.action_approve_charge()

    def action_release(self):
        """Daily limits are released in bulk, approvals are not.

        :raise UserError: if one of the charges waits for approval
        """
        waiting = self.filtered(lambda attempt: attempt._waits_for_approval())
        if waiting:
            raise UserError(
                self.env._(
                    "%(invoices)s can't be released: the charge waits for approval. "
                    "Open the invoice, check who will be charged for what, then select "
                    "“Approve Charge.”",
                    invoices=", ".join(waiting.move_id.mapped("name")),
                )
            )
        return super().action_release()

    def _set_parked(self, code, params=None):
        """Ask accounting for the approval, once for each invoice."""
        super()._set_parked(code, params)
        if code == APPROVAL:
            self.company_id._schedule_collection_activity(
                self.move_id,
                self.env._("Approve the charge"),
                self.env._(
                    "%(reason)s Check the invoice and correct it if necessary. Then "
                    "select “Approve Charge” on it, or cancel the charge: the customer "
                    "gets the invoice and pays it in another way.",
                    reason=self.parked_reason,
                ),
                code=APPROVAL,
            )

    def _resume_approved(self, now=None):
        """Resume every charge that no longer waits for approval.

        An approval to pay for another customer covers all of that customer's invoices.

        :param now: naive UTC datetime
        """
        ready = self._search_unparkable(APPROVAL, now or fields.Datetime.now())
        for company, attempts in ready.grouped("company_id").items():
            company._close_collection_activities(
                attempts.move_id,
                self.env._("Approved by %(user)s.", user=self.env.user.name),
                codes=(APPROVAL,),
            )
        ready._set_unparked()

    def _search_unparkable(self, code, now):
        parked = super()._search_unparkable(code, now)
        if code != APPROVAL:
            return parked
        collectables = parked.move_id._get_collectable(now)
        return parked.filtered(
            lambda attempt: (
                not attempt.move_id._is_owed()
                or not attempt.move_id._find_approval(
                    collectables[attempt.move_id], now=now
                )[0]
            )
        )
