# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import format_datetime

from ...rules.const import OCCASION_DECLINED, OCCASION_DUE, OCCASION_PAID


class PaycollectMessage(models.Model):
    """What became of a message, in words for whoever reads them."""

    _inherit = "paycollect.message"

    @api.depends("state", "reason_code", "reason", "address", "retry_at", "sent_at")
    def _compute_text(self):
        for message in self:
            message.text = message._get_text()

    def _get_text(self):
        """Return one sentence: what was said to whom and when, or why not."""
        self.ensure_one()
        match self.state:
            case "sent":
                text = self._get_sent_texts()[self.occasion]
            case "failed":
                text = self._get_failed_texts()[self.occasion]
            case "skipped":
                text = self._get_skipped_texts()[self.occasion]
            case "queued" if self.try_count:
                text = self._get_refused_texts()[self.occasion]
            case _:
                text = self._get_queued_texts()[self.occasion]
        return text % self._get_text_values()

    def _get_text_values(self):
        at = self.sent_at or self.retry_at
        return {
            "address": self.address or self.partner_id.display_name,
            "date": format_datetime(self.env, at, dt_format="short") if at else "",
            "why": self._get_reason_text(),
        }

    # Hooks: another addon adds the sentences of its own occasions.

    def _get_sent_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _("The receipt was sent to %(address)s on %(date)s."),
            OCCASION_DUE: _(
                "The invoice was sent to %(address)s on %(date)s, with ways to pay it."
            ),
            OCCASION_DECLINED: _(
                "%(address)s was told on %(date)s that the payment was declined."
            ),
        }

    def _get_queued_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _("The receipt is on its way to %(address)s; not sent yet."),
            OCCASION_DUE: _("The invoice is on its way to %(address)s; not sent yet."),
            OCCASION_DECLINED: _(
                "The notice that the payment was declined is on its way to "
                "%(address)s; not sent yet."
            ),
        }

    def _get_refused_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _(
                "The receipt to %(address)s is not sent yet: %(why)s Next try: "
                "%(date)s."
            ),
            OCCASION_DUE: _(
                "The invoice to %(address)s is not sent yet: %(why)s Next try: "
                "%(date)s."
            ),
            OCCASION_DECLINED: _(
                "The notice to %(address)s that the payment was declined is not sent "
                "yet: %(why)s Next try: %(date)s."
            ),
        }

    def _get_failed_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _("The receipt did not reach %(address)s: %(why)s"),
            OCCASION_DUE: _("The invoice did not reach %(address)s: %(why)s"),
            OCCASION_DECLINED: _(
                "The notice that the payment was declined did not reach %(address)s: "
                "%(why)s"
            ),
        }

    def _get_skipped_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _("No receipt was sent: %(why)s"),
            OCCASION_DUE: _("The invoice was not sent: %(why)s"),
            OCCASION_DECLINED: _(
                "The customer was not told that the payment was declined: %(why)s"
            ),
        }

    def _get_reason_text(self):
        """Return why it was not sent; the mail server's own words where there are."""
        self.ensure_one()
        if self.reason:
            return self.env._("“%(reply)s”.", reply=self.reason.strip().rstrip("."))
        texts = self._get_reason_texts()
        return texts.get(self.reason_code) or self._get_failure_label()

    def _get_reason_texts(self):
        """Hook: ``{code: sentence}``; each room and addon adds its own."""
        _ = self.env._
        return {
            "unreachable": _(
                "%(customer)s has neither a usable email address nor a phone number "
                "that accepts texts.",
                customer=self.partner_id.display_name,
            ),
            "blocked": _("the payment of the invoice is blocked."),
            "disputed": _("the customer disputes a payment of it."),
            "in_flight": _("a payment of the invoice is already under way."),
            "charging": _("the invoice is being charged."),
            "settled": _("nothing is due any more."),
            "not_settled": _("the invoice is no longer paid."),
            "not_posted": _("the invoice is no longer posted."),
            "inactive": _("automatic collection is switched off."),
            "canceled": _("somebody canceled it in the mail queue."),
            "deleted": _("somebody deleted it from the mail queue."),
            "moved": _("nobody has said yet whether this database is a copy."),
            "copied": _("the database was copied."),
            "not_taken": _("the mail queue did not send it within two days."),
            "mail_smtp": _("the mail server cannot be reached."),
        }

    def _get_failure_label(self):
        """Return Odoo's own label for a failure."""
        model = "sms.sms" if self.channel == "sms" else "mail.mail"
        field = self.env[model]._fields["failure_type"]
        labels = dict(field._description_selection(self.env))
        label = labels.get(self.reason_code) or self.env._("unknown error")
        return self.env._("%(failure)s.", failure=label)

    # -- activities ------------------------------------------------------------

    def _get_failure_note(self):
        """What the responsible person reads: what happened, why, and what to do."""
        return self.env._(
            "%(text)s Correct the address, or the outgoing mail server, then choose "
            "“Send again” on the invoice, tab Collection.",
            text=self._get_text(),
        )

    def _get_unreachable_note(self):
        return self.env._(
            "%(text)s Add one to the customer, then choose “Send again” on "
            "%(invoice)s, tab Collection.",
            text=self._get_text(),
            invoice=self.move_id.name,
        )
