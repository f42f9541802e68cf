# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import DECLINED, PAID, PLANNED, SENT, SETTLING, UNKNOWN
from ..company.moments import format_day


class AccountMove(models.Model):
    """The outcome in one sentence, for those who don't see the invoice."""

    _inherit = "account.move"

    def _get_collection_state(self):
        """Hook: how far the collection of these invoices is, in bulk.

        :return: ``{move: state}``, see ``COLLECTION_STATES`` of ``fsm.order``
        """
        return {move: move._get_own_collection_state() for move in self}

    def _get_own_collection_state(self):
        if self.move_type == "out_refund" or self._is_settled():
            return "paid"
        last = self._get_last_attempt()
        if last.trigger == "retry" and last._is_waiting():
            return "failed"
        if last._waits_for_approval():
            return "approval"
        if last.state == PLANNED and (last.parked_code or self._is_charging_held()):
            return "held"
        if last.state == PLANNED and last._is_waiting():
            return "planned"
        if last.state in (PLANNED, SENT, SETTLING) or last._is_being_booked():
            return "charging"
        if last.state in (DECLINED, UNKNOWN):
            return "failed"
        return "to_collect"

    def _is_charging_held(self):
        return self.company_id._is_collection_stopped() or self.company_id._has_moved()

    def _get_status_text(self, collectable=None):
        """Return what was paid with what, or what is still to come, for everyone who
        sees the job.

        A method is named as on the receipt (brand and last four digits).

        :param collectable: what is owed; default: computed here
        """
        self.ensure_one()
        if self.move_type == "out_refund":
            return self.env._("Credit note %(name)s was created.", name=self.name)
        if self.currency_id.is_zero(self.amount_total):
            return self.env._("Nothing is due.")
        state = self._get_collection_state()[self]
        if state == "paid":
            return self._get_paid_text()
        collectable = collectable or self._get_collectable()[self]
        values = {
            "amount": self.currency_id._format_amount(collectable.ask(ahead=True))
        }
        match state:
            case "approval":
                return self.env._(
                    "%(amount)s will be charged once accounting approves it.", **values
                )
            case "held":
                return self.env._(
                    "The charge of %(amount)s is on hold. Accounting is handling it; "
                    "there is nothing to collect on site.",
                    **values,
                )
            case "planned":
                return self.env._(
                    "%(amount)s will be charged on %(date)s.",
                    date=self._format_charge_day(),
                    **values,
                )
            case "charging":
                return self._get_charging_text(values)
            case "failed":
                return self._get_unpaid_text(values)
        match self.collection_mode:
            case "cod":
                return self.env._("Collect %(amount)s on site.", **values)
            case "net":
                return self._get_due_text(collectable)
        return self.env._("%(amount)s is due.", **values)

    def _get_paid_text(self):
        """Return the payments of a settled invoice."""
        if self.payment_state == "reversed":
            return self.env._("Nothing is due: a credit note was created.")
        texts = self._get_paid_parts()
        if self.collection_credit_used:
            text = self.env._(
                "%(amount)s paid with the customer's credit.",
                amount=self.currency_id._format_amount(self.collection_credit_used),
            )
            texts.insert(0, text)
        amount = self.currency_id._format_amount(self.amount_total)
        return " ".join(texts) or self.env._("%(amount)s paid.", amount=amount)

    def _get_paid_parts(self):
        """Hook: return a sentence for each payment that has a row of ours."""
        return [
            self.env._(
                "%(amount)s paid with %(method)s.",
                amount=self.currency_id._format_amount(attempt.amount),
                method=attempt.token_id._get_label(),
            )
            for attempt in self.sudo().collection_attempt_ids.sorted("id")
            if attempt.state == PAID
        ]

    def _get_charging_text(self, values):
        if self._get_last_attempt().state == SETTLING:
            return self.env._(
                "%(amount)s is on its way from the customer's bank.", **values
            )
        return self.env._("Charging %(amount)s…", **values)

    def _get_unpaid_text(self, values):
        """Return why the last charge did not succeed, and what happens next."""
        last = self._get_last_attempt()
        values = values | {"method": last.token_id._get_label()}
        match last.state:
            case "unknown":
                return self.env._(
                    "The charge of %(amount)s to %(method)s is not confirmed yet: the "
                    "payment provider hasn't responded. Please don't collect it.",
                    **values,
                )
            case "planned":
                return self.env._(
                    "%(amount)s not paid: the charge was declined. %(method)s will be "
                    "charged on %(date)s.",
                    date=self._format_charge_day(),
                    **values,
                )
        return self.env._("%(amount)s not paid: %(method)s was declined.", **values)

    def _format_charge_day(self):
        planned_at = self._get_last_attempt().planned_at
        return format_day(self.env, self.company_id._get_today(planned_at))
