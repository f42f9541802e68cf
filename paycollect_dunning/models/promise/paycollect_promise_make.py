# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.tools import SQL

from ...rules import promise as rules
from ...rules.promise import FARTHEST, PORTAL, Limits


class PaycollectPromise(models.Model):
    """Recording what a customer says, with what is checked first."""

    _inherit = "paycollect.promise"

    @api.model
    def _promise(self, partner, company, said, moves, source, now=None, **values):
        """Record a promise (sudo) and return it with what is wrong.

        :param partner: the customer
        :param said: :class:`rules.promise.Said`
        :param moves: the customer's open documents that will be paid
        :param source: who says so; only the customer's own promises have limits
        :param now: naive UTC datetime
        :param values: other fields, and ``former``: the promise that this one replaces
        :return: ``(promise, {field: text})``; one of them is empty
        """
        now = now or fields.Datetime.now()
        today = company._get_today(now)
        customer = partner.commercial_partner_id
        former = values.pop("former", self.browse())
        self._serialize(customer)
        items = self._get_promisable(customer, company, today, former)
        items = [item for item in items if item.move in moves]
        moves = moves.browse().union(*(item.move for item in items))
        owed = sum(item.residual for item in items)
        limits = self._get_limits(company, owed, today, source)
        history = None
        if source == PORTAL:
            history = self._get_history(customer, company, moves, today)
            history = rules.without_former(history) if former else history
        currency = moves.currency_id[:1] or company.currency_id
        found = rules.find_problems(
            said, limits, today, history, currency.decimal_places
        )
        if found:
            texts = company._get_promise_problem_texts(limits, currency, today)
            return self.browse(), {name: texts[code] for name, code in found.items()}
        vals = self._prepare_promise_vals(customer, company, said, moves, now)
        promise = self.sudo().create(
            {**vals, "source": source, "user_id": self.env.uid, **values}
        )
        promise.paid_before = promise._read_facts()[promise].paid
        if former:
            former.sudo()._cancel(now)
            former.sudo().replaced_by_id = promise
        return promise, {}

    def _serialize(self, customer):
        """Of two promises at once, the second starts over and sees the first."""
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET write_date = write_date WHERE id = %s",
                customer.id,
            )
        )

    @api.model
    def _get_limits(self, company, owed, today, source):
        if source != PORTAL:
            return Limits(today + FARTHEST, owed)
        settings = company.sudo()
        return Limits(
            last=today + timedelta(days=settings.dunning_promise_days),
            owed=owed,
            open=settings.dunning_promise_open,
            broken=settings.dunning_promise_broken,
        )

    @api.model
    def _get_promisable(self, customer, company, today, former=None):
        """Return the open items that a customer can promise to pay: those asked for,
        and those of the promise that is changed."""
        moves = former.move_ids if former else self.env["account.move"]
        items = customer._get_open_items(company, today)[customer]
        return [
            item
            for item in items
            if not item.is_credit
            and (item.is_asked or (item.state == "promised" and item.move in moves))
        ]

    @api.model
    def _prepare_promise_vals(self, customer, company, said, moves, now):
        grace = timedelta(days=company.sudo().dunning_promise_grace)
        return {
            "partner_id": customer.id,
            "company_id": company.id,
            "currency_id": moves.currency_id.id,
            "amount": said.amount,
            "date": said.day,
            "until": said.day + grace,
            "move_ids": [Command.set(moves.ids)],
            "promised_at": now,
            "promised_on": company._get_today(now),
        }
