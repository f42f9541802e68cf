# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.http import request

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from .balance_portal import PaycollectBalancePortal
from .customer import may_act


class PaycollectHome(PaycollectBalancePortal):
    """The customer's home page: what is owed, and what happens next."""

    def _prepare_portal_layout_values(self):
        """Let each page know whether its visitor may do more than look."""
        values = super()._prepare_portal_layout_values()
        return values | {"collection_may_act": may_act()}

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if counters or not (link := self._get_own_link()):
            return values
        return values | {"collection_home": self._prepare_collection_home(link)}

    def _prepare_collection_home(self, link):
        company = link.company_id
        today = company._get_today(fields.Datetime.now())
        customer = link.partner_id.commercial_partner_id
        items = customer._get_open_items(company, today)[customer]
        balances = customer._get_balances(company, today, items)
        return {
            "balances": balances,
            "pays": any(balance.to_pay for balance in balances.values()),
            "next": self._prepare_next_payment(items),
            "last": self._prepare_last_payment(customer, company),
            "offers": [
                plan
                for plan in customer._get_installment_plans(company)
                if plan["is_offer"]
            ],
            "two_factor": request.env.user.totp_enabled,
        }

    def _prepare_next_payment(self, items):
        """Return the earliest planned charge, or None."""
        planned = [item for item in items if item.state in ("scheduled", "in_retry")]
        if not planned:
            return None
        first = min(planned, key=lambda item: item.until)
        same = [
            item
            for item in planned
            if item.until == first.until and item.currency == first.currency
        ]
        amount, show = self._get_planned_amount(same), first.currency._format_amount
        lines = first.line.union(*(item.line for item in same))
        customer = first.line.partner_id.commercial_partner_id
        [credit] = customer._share_credit(lines.company_id, items, [(lines, amount)])
        return {
            "amount": show(first.currency.round(amount - credit)),
            "credit": show(credit) if credit else "",
            "when": format_day(request.env, first.until),
        }

    def _get_planned_amount(self, items):
        """Return what these items' planned charges take, credit and discount deducted
        as far as it's known."""
        moves = {item.move for item in items}
        attempts = request.env["account.move.line"].sudo()
        attempts = attempts.union(*(i.line for i in items))._get_open_attempts()
        owed = {
            move: sum(item.to_pay for item in items if item.move == move)
            for move in moves
        }
        return sum(
            min(attempts[move].amount, amount) if move in attempts else amount
            for move, amount in owed.items()
        )

    def _prepare_last_payment(self, customer, company):
        payment = (
            request.env["account.payment"]
            .sudo()
            .search(
                [
                    ("partner_id", "child_of", customer.id),
                    ("company_id", "=", company.id),
                    ("partner_type", "=", "customer"),
                    ("payment_type", "=", "inbound"),
                    ("state", "in", ("in_process", "paid")),
                ],
                order="date desc, id desc",
                limit=1,
            )
        )
        if not payment:
            return None
        return {
            "amount": payment.currency_id._format_amount(payment.amount),
            "when": format_day(request.env, payment.date),
        }
