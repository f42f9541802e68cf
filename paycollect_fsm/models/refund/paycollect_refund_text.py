# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_list

from ...rules import refund as rules
from ...rules.charge import MOVED, STOPPED
from ..company.moments import format_day
from .paycollect_refund import WITHDRAWN
from .paycollect_refund_process import BOOKS, UNBOOKED


class PaycollectRefund(models.Model):
    """What users read about a refund, and who is told."""

    _inherit = "paycollect.refund"

    reason_text = fields.Char(string="Why?", compute="_compute_reason_text")
    destination_text = fields.Char(
        string="Where the Money Goes",
        compute="_compute_destination_text",
        compute_sudo=True,
    )

    @api.depends("reason_code", "reason_params")
    @api.depends_context("lang")
    def _compute_reason_text(self):
        for refund in self:
            params = refund.reason_params or {}
            refund.reason_text = refund.reason_code and refund._get_reason_text(
                refund.reason_code, params.get("limit", 0.0), params
            )

    @api.depends("state", "amount", "way")
    @api.depends_context("lang")
    def _compute_destination_text(self):
        now = fields.Datetime.now()
        for refund in self:
            is_open = refund.state == rules.REQUESTED
            refund.destination_text = is_open and refund._get_preview_text(now)

    def _get_state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels[self.state]

    def _get_reason_text(self, code, limit=0.0, params=None):
        """Return the sentence for a reason in the reader's language.

        :param limit: the most that would be possible
        """
        _, params = self.env._, params or {}
        most = self.currency_id._format_amount(limit)
        texts = {
            rules.NOTHING: lambda: _("Enter an amount above zero."),
            rules.NOT_PAID: lambda: _("Nothing that was paid is left to refund."),
            rules.NO_METHOD: lambda: _(
                "It wasn't paid with a method that takes refunds online (for example, "
                "by bank transfer or check). Refund it by check or as credit."
            ),
            rules.TOO_MUCH: lambda: _(
                "At most %(limit)s can be refunded this way.", limit=most
            ),
            rules.TOO_OLD: lambda: _(
                "Only payments of the last %(days)s days are refunded to the method "
                "that paid: at most %(limit)s. Refund the rest by check or as credit.",
                days=self.company_id.sudo().collection_refund_days,
                limit=most,
            ),
            rules.WHOLE_ONLY: lambda: _(
                "The provider only refunds whole payments. Refund all of it, or by "
                "check or as credit."
            ),
            rules.DISPUTED: lambda: _(
                "The payment is disputed or was returned by the bank, so the money may "
                "go back that way. Wait until the dispute is won."
            ),
            rules.CHARGING: lambda: _(
                "Waiting: a charge of this invoice is on its way, or its outcome isn't "
                "known yet."
            ),
            rules.ELSEWHERE: lambda: _(
                "The provider says that only %(limit)s is left to refund. The rest was "
                "refunded there, e.g. in its dashboard.",
                limit=most,
            ),
            rules.UNANSWERED: lambda: _(
                "Waiting: the provider doesn't answer what is left to refund. It is "
                "asked again automatically."
            ),
            rules.PROVIDER_OFF: lambda: _(
                "Waiting: the payment provider is disabled. Enable it, or refund by "
                "check."
            ),
            MOVED: lambda: _("Waiting: this database may be a copy."),
            STOPPED: lambda: _("Waiting: charging is stopped for the company."),
            WITHDRAWN: lambda: self.refusal or "",
            BOOKS: lambda: _(
                "Nothing was refunded, because the credit note can't be made: "
                "%(error)s",
                error=params.get("error", ""),
            ),
        }
        texts |= self._get_failure_texts(params)
        texts[UNBOOKED] = lambda: _(
            "The money was refunded, but it can't be booked yet: %(error)s It is tried "
            "again automatically.",
            error=params.get("error", ""),
        )
        return texts[code]() if code in texts else code

    def _get_failure_texts(self, params):
        _ = self.env._
        values = {
            "method": params.get("method") or "",
            "why": params.get("why") or "",
            "moved": self.currency_id._format_amount(params.get("moved") or 0.0),
            "amount": self.currency_id._format_amount(self.amount),
        }
        return {
            rules.REJECTED: lambda: _(
                "The provider didn't refund to %(method)s: %(why)s No money moved, and "
                "nothing was booked. Refund it another way.",
                **values,
            ),
            rules.PARTLY: lambda: _(
                "Only %(moved)s of %(amount)s was refunded; then %(method)s failed: "
                "%(why)s The rest is the customer's credit, which pays their next "
                "invoice. To return it, select “Refund the Rest.”",
                **values,
            ),
            rules.LATER: lambda: _(
                "The provider couldn't deliver the refund to %(method)s, and the money "
                "came back to you. The payment to the customer was reversed; the "
                "amount is the customer's credit, which pays their next invoice. To "
                "return it, select “Refund the Rest.”",
                **values,
            ),
        }

    def _get_preview_text(self, now):
        """Return where the money would go: “$50.00 to Visa •••• 4242”.

        :param now: naive UTC datetime
        """
        _, currency = self.env._, self.currency_id
        amount = currency._format_amount(self.amount)
        decision = rules.decide(self._get_facts(now))
        if decision.verdict != rules.GO:
            return self._get_obstacle_text(decision)
        if self.way == rules.CREDIT:
            return _("%(amount)s stays on the customer's account.", amount=amount)
        if self.way == rules.CHECK:
            return self._get_check_text(amount)
        payments = self.env["account.payment"].sudo()
        parts = [
            self._get_share_text(payments.browse(key), share)
            for key, share in decision.shares
        ]
        return format_list(self.env, parts)

    def _get_check_text(self, amount):
        _, bank = self.env._, self.bank_journal_id.name
        if not bank:
            return _("%(amount)s by check.", amount=amount)
        return _("%(amount)s by check from %(bank)s.", amount=amount, bank=bank)

    def _get_share_text(self, payment, share):
        return self.env._(
            "%(amount)s to %(method)s (paid on %(date)s)",
            amount=self.currency_id._format_amount(share),
            method=payment.payment_transaction_id._get_refund_label(),
            date=format_day(self.env, payment.date),
        )

    def _get_history_text(self):
        """Return the sentence for “Why?” on the invoice."""
        self.ensure_one()
        text = self.env._(
            "Refund of %(amount)s on %(date)s: %(state)s.",
            amount=self.currency_id._format_amount(self.amount),
            date=format_day(self.env, self.requested_at),
            state=self._get_state_label(),
        )
        return f"{text} {self.reason_text}" if self.reason_text else text

    # -- who is told ----------------------------------------

    def _notify_refused(self, now):
        """Tell accounting if nobody refused it by hand."""
        if self.reason_code == WITHDRAWN:
            return
        self._schedule(self.env._("Refund refused"), self.reason_text, "refund_refused")

    def _report_request(self):
        requester = self.requested_by_id
        self._schedule(
            self.env._("Approve a refund"),
            self.env._(
                "%(user)s asks for this refund: %(reason)s. Select “Approve,” or "
                "refuse it with a reason.",
                user=requester.name or "",
                reason=self.reason,
            ),
            "refund_request",
            besides=requester if self._needs_another_manager(requester) else None,
        )

    def _report_failed(self):
        self._schedule(self.env._("Refund failed"), self.reason_text, "refund_failed")

    def _report_waiting(self):
        self._schedule(
            self.env._("Refund is waiting"), self.reason_text or "", "refund_waiting"
        )

    def _report_unknown(self):
        self._schedule(
            self.env._("Refund with an unknown outcome"),
            self.env._(
                "The provider doesn't say whether %(name)s was made. Look it up there. "
                "Don't refund it again before that is known.",
                name=self.display_name,
            ),
            "refund_unknown",
        )

    def _report_books(self, error):
        self._schedule(
            self.env._("Book a refund"),
            self.env._(
                "The money was refunded, but it can't be booked: %(error)s Fix the "
                "cause; it is tried again automatically.",
                error=error,
            ),
            "refund_books",
        )

    def _schedule(self, summary, note, code, besides=None):
        self.company_id._schedule_collection_activity(
            self, summary, note, code=code, besides=besides
        )

    def _close_tasks(self, feedback):
        self.company_id._close_collection_activities(self, feedback)
