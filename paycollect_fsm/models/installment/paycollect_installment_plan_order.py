# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ...rules import installment as rules
from .paycollect_installment_plan import IN_FORCE

# Days that the customer has to accept the plan again, if more is owed than agreed.
DAYS_TO_ACCEPT = timedelta(days=7)


class PaycollectInstallmentPlan(models.Model):
    """The plan of an order becomes the plan of its first invoice that isn't a deposit.

    Parts that are due on completion get the invoice's date. If less was invoiced than
    agreed on, each part is smaller; if more, the customer has to accept again. An
    invoice that leaves nothing for some part, e.g. after a deposit, isn't the one.
    """

    _inherit = "paycollect.installment.plan"

    @api.model
    def _bind(self, moves, now):
        """Bind the plans of orders to these invoices, which were just posted.

        :param now: naive UTC datetime
        """
        for move in moves.sudo():
            orders = move.line_ids.sale_line_ids.order_id
            orders = orders.filtered("installment_waiting")
            if not orders or move._is_downpayment():
                continue
            waiting = Domain("move_id", "=", False) & Domain(
                "order_id", "in", orders.ids
            )
            for plan in self.sudo().search(IN_FORCE & waiting, limit=1):
                plan._become_plan_of(move, now)

    def _become_plan_of(self, move, now):
        """Take over the invoice, if the customer agreed to no less than it asks for."""
        self.ensure_one()
        day = move.invoice_date or move.date
        total = move.amount_residual
        amounts = self._get_shares(total)
        if not all(amounts):
            return
        if (
            move.commercial_partner_id != self.partner_id
            or move.currency_id != self.currency_id
        ):
            self._report_unbound(move, now)
        elif self.currency_id.compare_amounts(total, self.amount) > 0:
            self._offer_again(move, day + DAYS_TO_ACCEPT, now)
        else:
            pairs = zip(self._get_parts_in_order(), amounts, strict=True)
            for part, amount in pairs:
                part.write({"amount": amount, "date": part.date or day})
            self.write({"amount": total, "move_id": move.id})
            if self.is_automatic:  # a part that is due on completion is due now
                self.env.ref("paycollect_fsm.cron_installments")._trigger()

    def _get_shares(self, total):
        """Return what each part is of another total, in the order of their dates."""
        parts = self._get_parts_in_order()
        percents = [part.amount / self.amount * 100 for part in parts]
        return rules.share(total, percents, self.currency_id.decimal_places)

    def _offer_again(self, move, day, now):
        """Offer the parts of the invoice, of which more is owed than agreed on.

        :param day: the date of the part that is due on completion
        """
        amounts = self._get_shares(move.amount_residual)
        pairs = zip(self._get_parts_in_order(), amounts, strict=True)
        rows = [
            (rules.Row(amount, max(part.date or day, day)), part.name)
            for part, amount in pairs
        ]
        texts = {"needs_method": self.needs_method, "offer_text": self.offer_text}
        self._cancel(rules.CHANGED, now)
        self._offer(move, _spread_days(rows), now, **texts)

    def _report_unbound(self, move, now):
        self.company_id._schedule_collection_activity(
            move,
            self.env._("Payment plan without an invoice"),
            self.env._(
                "The payment plan of %(order)s isn't for this invoice: another "
                "customer or currency is on it. Offer a payment plan for the invoice, "
                "or correct it.",
                order=self.order_id.name,
            ),
            code="plan_unbound",
            now=now,
        )


def _spread_days(rows):
    """Return the rows by date, with a day of its own for each."""
    seen, result = set(), []
    for row, name in sorted(rows, key=lambda pair: pair[0].day):
        day = row.day
        while day in seen:
            day += timedelta(days=1)
        seen.add(day)
        result.append((rules.Row(row.amount, day), name))
    return result
