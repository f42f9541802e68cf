# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.const import (
    OCCASION_CONSENT,
    OCCASION_COPY,
    OCCASION_DECLINED,
    OCCASION_DUE,
    OCCASION_METHOD,
    OCCASION_PAID,
    OCCASION_PART,
    OCCASION_PAYMENT,
)
from ..company.moments import format_moment


class PaycollectMessage(models.Model):
    """Readable descriptions of a message and its outcome."""

    _inherit = "paycollect.message"

    @api.depends("state", "reason_code", "reason", "address", "retry_at", "sent_at")
    def _compute_text(self):
        for message in self:
            message.text = message._get_text()

    def _get_text(self):
        """Return one sentence: what was sent to whom and when, or why not."""
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
            "date": format_moment(self.env, at) if at else "",
            "why": self._get_reason_text(),
            "invoice": self.copy_of_id.move_id.name or "",
            "payment": self.sudo().transaction_id.reference or "",
        }

    # Hooks: another addon adds the sentences of its own occasions.

    def _get_sent_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _("The receipt was sent to %(address)s on %(date)s."),
            OCCASION_PART: _(
                "The receipt for %(payment)s was sent to %(address)s on %(date)s."
            ),
            OCCASION_DUE: _(
                "The invoice was sent to %(address)s on %(date)s, with payment options."
            ),
            OCCASION_DECLINED: _(
                "A decline notice was sent to %(address)s on %(date)s."
            ),
            OCCASION_METHOD: _(
                "A link to add a payment method was sent to %(address)s on %(date)s."
            ),
            OCCASION_PAYMENT: _("A link to pay was sent to %(address)s on %(date)s."),
            OCCASION_CONSENT: _(
                "A copy of the consent was sent to %(address)s on %(date)s."
            ),
            OCCASION_COPY: _(
                "A copy of the message about %(invoice)s was sent to %(address)s on "
                "%(date)s."
            ),
        }

    def _get_queued_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _(
                "The receipt to %(address)s is queued and has not been sent yet."
            ),
            OCCASION_PART: _(
                "The receipt for %(payment)s to %(address)s is queued and has not been "
                "sent yet."
            ),
            OCCASION_DUE: _(
                "The invoice to %(address)s is queued and has not been sent yet."
            ),
            OCCASION_DECLINED: _(
                "The decline notice to %(address)s is queued and has not been sent yet."
            ),
            OCCASION_METHOD: _(
                "The payment method request to %(address)s is queued and has not been "
                "sent yet."
            ),
            OCCASION_PAYMENT: _(
                "The payment link to %(address)s is queued and has not been sent yet."
            ),
            OCCASION_CONSENT: _(
                "The copy of the consent to %(address)s is queued and has not been "
                "sent yet."
            ),
            OCCASION_COPY: _(
                "The copy of the message about %(invoice)s to %(address)s is queued "
                "and has not been sent yet."
            ),
        }

    def _get_refused_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _(
                "The receipt to %(address)s has not been sent yet: %(why)s It will be "
                "retried on %(date)s."
            ),
            OCCASION_PART: _(
                "The receipt for %(payment)s to %(address)s has not been sent yet: "
                "%(why)s It will be retried on %(date)s."
            ),
            OCCASION_DUE: _(
                "The invoice to %(address)s has not been sent yet: %(why)s It will be "
                "retried on %(date)s."
            ),
            OCCASION_DECLINED: _(
                "The decline notice to %(address)s has not been sent yet: %(why)s It "
                "will be retried on %(date)s."
            ),
            OCCASION_METHOD: _(
                "The payment method request to %(address)s has not been sent yet: "
                "%(why)s It will be retried on %(date)s."
            ),
            OCCASION_PAYMENT: _(
                "The payment link to %(address)s has not been sent yet: %(why)s It "
                "will be retried on %(date)s."
            ),
            OCCASION_CONSENT: _(
                "The copy of the consent to %(address)s has not been sent yet: %(why)s "
                "It will be retried on %(date)s."
            ),
            OCCASION_COPY: _(
                "The copy of the message about %(invoice)s to %(address)s has not been "
                "sent yet: %(why)s It will be retried on %(date)s."
            ),
        }

    def _get_failed_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _(
                "The receipt could not be delivered to %(address)s: %(why)s"
            ),
            OCCASION_PART: _(
                "The receipt for %(payment)s could not be delivered to %(address)s: "
                "%(why)s"
            ),
            OCCASION_DUE: _(
                "The invoice could not be delivered to %(address)s: %(why)s"
            ),
            OCCASION_DECLINED: _(
                "The decline notice could not be delivered to %(address)s: %(why)s"
            ),
            OCCASION_METHOD: _(
                "The payment method request could not be delivered to %(address)s: "
                "%(why)s"
            ),
            OCCASION_PAYMENT: _(
                "The payment link could not be delivered to %(address)s: %(why)s"
            ),
            OCCASION_CONSENT: _(
                "The copy of the consent could not be delivered to %(address)s: %(why)s"
            ),
            OCCASION_COPY: _(
                "The copy of the message about %(invoice)s could not be delivered to "
                "%(address)s: %(why)s"
            ),
        }

    def _get_skipped_texts(self):
        _ = self.env._
        return {
            OCCASION_PAID: _("The receipt was not sent: %(why)s"),
            OCCASION_PART: _("The receipt for %(payment)s was not sent: %(why)s"),
            OCCASION_DUE: _("The invoice was not sent: %(why)s"),
            OCCASION_DECLINED: _("The decline notice was not sent: %(why)s"),
            OCCASION_METHOD: _("The payment method request was not sent: %(why)s"),
            OCCASION_PAYMENT: _("The payment link was not sent: %(why)s"),
            OCCASION_CONSENT: _("The copy of the consent was not sent: %(why)s"),
            OCCASION_COPY: _(
                "The copy of the message about %(invoice)s was not sent: %(why)s"
            ),
        }

    def _get_reason_text(self):
        """Return why it was not sent; the mail server's own words if available."""
        self.ensure_one()
        if self.reason:
            return self.env._("“%(reply)s.”", reply=self.reason.strip().rstrip("."))
        texts = self._get_reason_texts()
        return texts.get(self.reason_code) or self._get_failure_label()

    def _get_reason_texts(self):
        """Hook: ``{code: sentence}``; each room and addon adds its own."""
        _ = self.env._
        return {
            "no_address": _(
                "%(contact)s has no usable email address.",
                contact=self.partner_id.display_name,
            ),
            "unreachable": _(
                "%(customer)s has neither a usable email address nor a phone number "
                "that accepts text messages.",
                customer=self.partner_id.display_name,
            ),
            "blocked": _("payment of the invoice is blocked."),
            "disputed": _("the customer has disputed a payment on this invoice."),
            "in_flight": _("a payment on this invoice is already in progress."),
            "charging": _("the invoice is being charged."),
            "settled": _("no balance is due."),
            "not_settled": _("the invoice is no longer paid."),
            "not_posted": _("the invoice is no longer posted."),
            "inactive": _("automatic collection is turned off."),
            "canceled": _("it was canceled in the outgoing queue."),
            "deleted": _("it was deleted from the outgoing queue."),
            "moved": _("an administrator must first confirm what this database is."),
            "copied": _("this database is a copy."),
            "not_taken": _("the outgoing queue did not send it within two days."),
            "mail_smtp": _("the mail server cannot be reached."),
            "no_copies": _("the contact no longer gets copies."),
            "declined_since": _("a charge of the invoice was declined since."),
            "declined_again": _("a later decline has a notice of its own."),
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
        """Return the activity's note: what happened, why, and what to do next."""
        return self.env._(
            "%(text)s Correct the address or fix the outgoing mail server, then click "
            "“Send Again” under Collections ▸ Messages to Customers.",
            text=self._get_text(),
        )

    def _get_unreachable_note(self):
        return self.env._(
            "%(text)s Add one to the customer, then click “Send Again” under "
            "Collections ▸ Messages to Customers.",
            text=self._get_text(),
        )
