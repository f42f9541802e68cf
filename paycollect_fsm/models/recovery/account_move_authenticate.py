# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.charge import STOP, WAIT
from ...rules.const import PLANNED
from .paycollect_attempt_authenticate import POSSIBLE


class AccountMove(models.Model):
    """Invoices with a declined charge that the customer may confirm at the bank."""

    _inherit = "account.move"

    def _get_open_authentications(self):
        """Return the attempts that can still be confirmed (sudo), oldest first."""
        self.ensure_one()
        return (
            self.sudo()
            .collection_attempt_ids.filtered(lambda a: a.authentication == POSSIBLE)
            .sorted("id")
        )

    def _get_authentication_problem(self, now):
        """Return why the customer can't confirm a charge for this invoice, or "".

        :param now: naive UTC datetime
        :return: ``paid``, ``busy`` (another payment is in progress), ``changed`` (less
            is due than the charge's amount), ``gone`` or ""
        """
        self.ensure_one()
        attempt = self._get_open_authentications()[-1:]
        facts = self._get_charge_facts(
            attempt.token_id,
            now,
            "manual",
            replaced=self._get_attempts_that_wait(attempt, now),
        )
        if not facts.posted or facts.neutralized:
            return "gone"
        other_owner = facts.token_usable and not facts.token_fits
        if attempt and (attempt._get_change() or other_owner):
            return "gone"
        if facts.settled or facts.residual <= 0:
            return "paid"
        if facts.in_flight or facts.customer_paying:
            return "busy"
        stopped = any(o.verdict in (STOP, WAIT) for o in facts.obstacles)
        if not attempt or stopped or not facts.provider_ready:
            return "gone"
        if self.currency_id.compare_amounts(attempt.amount, facts.residual) > 0:
            return "changed"
        return ""

    def _get_attempts_that_wait(self, attempt, now):
        """Return the planned attempts that wait for this confirmation."""
        if not attempt._is_customer_at_bank(now):
            return self._get_planned_retry(now)
        return self.sudo().collection_attempt_ids.filtered(lambda a: a.state == PLANNED)

    def _get_authentication_link(self):
        """Return a new link for confirming the declined charge, or False.

        Like ``_get_method_link``, only in the system's own messages.
        """
        self.ensure_one()
        if not self.env.su or not self._needs_authentication():
            return False
        if not self._get_open_authentications():
            return False
        return self.env["paycollect.link"]._issue_sealed(
            self.commercial_partner_id,
            "authenticate",
            company=self.company_id,
            move=self,
        )
