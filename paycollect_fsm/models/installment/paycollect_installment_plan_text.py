# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo import models
from odoo.tools import format_list

from ..company.moments import format_day


class PaycollectInstallmentPlan(models.Model):
    """What customers read about a plan, and agree to."""

    _inherit = "paycollect.installment.plan"

    def _tell(self, kind, now, **values):
        """Hook: tell the customer.

        :param kind: ``offered``, ``ahead``, ``moved``, ``no_method`` or ``canceled``
        :param now: naive UTC datetime
        :param values: ``part``, ``amount`` and ``day`` for ``ahead``; ``before``, the
            former method, for ``moved`` and ``no_method``
        """

    def _tell_accepted(self, now):
        """Hook: confirm what the customer accepted, with a copy of the consent (S1).

        :param now: naive UTC datetime
        """
        self.consent_id._send_copy()

    def _format_day(self, day):
        return format_day(self.env, day)

    def _get_consent_text(self, token):
        """Return what the customer agrees to, in the current language (S1).

        What was agreed to about the method before follows. The amount of each day
        is the most that is charged on it, which is the range that E1 asks for.
        """
        self.ensure_one()
        before = token._get_active_consent().text_shown or ""
        return "\n\n".join(filter(None, (self._get_plan_text(token), before)))

    def _get_plan_text(self, token):
        rows = [
            self.env._(
                "at most %(amount)s on %(day)s",
                amount=self.currency_id._format_amount(part.amount),
                day=part._get_day_text(),
            )
            if part.date
            else self.env._(
                "at most %(amount)s when the work is done",
                amount=self.currency_id._format_amount(part.amount),
            )
            for part in self._get_parts_in_order()
        ]
        return self.env._(
            "Payment plan for %(document)s: I authorize %(company)s to charge my "
            "%(method)s %(parts)s; less if I owe less by then. What couldn't be "
            "charged may be charged together with the next part, after you have told "
            "me the amount by email: for a bank account, at least 10 days ahead. If "
            "this method is removed or can't be charged, another one that I keep on "
            "file may be charged instead, and you will tell me. I can end this at any "
            "time by contacting you.",
            document=self._get_document_name(),
            company=self.company_id.name,
            method=token._get_label(),
            parts=format_list(self.env, rows),
        )

    def _get_document_name(self):
        return self.move_id.name or self.order_id.name or ""

    def _get_mark(self, text):
        """Return a hash of a text, so that what is recorded was read."""
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def _get_state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels.get(self.state, "")
