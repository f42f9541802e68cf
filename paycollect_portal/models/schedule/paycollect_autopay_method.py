# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .paycollect_autopay import NO_METHOD


class PaycollectAutopay(models.Model):
    """Which method autopay charges, and what happens once it can't be charged."""

    _inherit = "paycollect.autopay"

    @api.model
    def _get_offered_methods(self, customer, company, today=None):
        """Return the methods (sudo) that a customer can choose: those on file with
        their consent, in their order, that aren't expired."""
        tokens = self.env["payment.token"]._get_collection_tokens(customer, company)
        today = today or company._get_today()
        return tokens[customer].filtered(lambda token: not token._is_expired_on(today))

    def _check_methods(self, today):
        """Move on to another method where one can't be charged anymore, or stop.

        :param today: the company's day
        :return: those that are still on
        """
        lost = self.filtered(lambda row: not row._is_usable(row.token_id, today))
        for company, rows in lost.grouped("company_id").items():
            tokens = self.env["payment.token"]._get_collection_tokens(
                rows.partner_id, company
            )
            for row in rows:
                valid = tokens[row.partner_id].filtered(
                    lambda token, r=row: r._is_usable(token, today)
                )
                row._move_on(valid[:1])
        return self.filtered("active")

    def _is_usable(self, token, today):
        """Whether the method can be charged: agreed to, not removed, expired or
        refused. A provider that is turned off for a while doesn't count."""
        consent = token._get_active_consent()
        return (
            token.active
            and consent.customer_id == self.partner_id
            and not token.refused_at
            and not token._is_expired_on(today)
        )

    def _may_move_on(self):
        """Whether the customer agreed that another method is charged; not if they
        withdrew the consent itself."""
        withdrawn = self.token_id.active and not self.token_id._has_consent()
        return self.use_backups and not withdrawn

    def _move_on(self, token):
        """Use another method from now on, or stop; the customer is told.

        :param token: the next method that can be charged, or none
        """
        self.ensure_one()
        before = self.token_id
        if not token or not self._may_move_on():
            self._stop(NO_METHOD)
            self._tell_stopped()
            return
        self.token_id = token
        self._tell_moved(before)
