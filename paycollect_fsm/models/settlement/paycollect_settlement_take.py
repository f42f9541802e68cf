# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules import settlement as rules


class PaycollectSettlement(models.Model):
    """Recording what the provider says. Recording it again changes nothing."""

    _inherit = "paycollect.settlement"

    @api.model
    def _take(self, provider, payout, now):
        """Record a payout and do what follows from it.

        :param provider: ``payment.provider``, sudo
        :param payout: :class:`settlement.Payout`
        :param now: naive UTC datetime
        :return: the payout here
        :raise ValueError: if a currency of it doesn't exist
        """
        settlement = self._record(provider, payout)
        settlement._settle(now)
        return settlement

    @api.model
    def _record(self, provider, payout):
        """Record a payout as :meth:`_take` does, without what follows from it."""
        settlement = self._search_row(provider, payout.reference)
        vals = self._prepare_vals(provider, payout)
        if not settlement:
            settlement = self.create(vals)
        else:
            settlement._change(vals)
        settlement = settlement._as_system()
        if not settlement.is_complete:
            settlement._take_lines(payout)
        return settlement

    @api.model
    def _search_row(self, provider, reference):
        providers = provider._get_account_providers()
        return self.search(
            [("provider_id", "in", providers.ids), ("reference", "=", reference)],
            limit=1,
        )

    def _prepare_vals(self, provider, payout):
        return {
            "provider_id": provider.id,
            "company_id": provider.company_id.id,
            "reference": payout.reference,
            "date": payout.day,
            "currency_id": self._find_currency(payout.currency).id,
            "amount": payout.amount,
            "provider_status": payout.status,
            "is_itemizable": payout.itemizable,
            "statement_text": payout.statement_text,
        }

    @api.model
    def _find_currency(self, code):
        """:raise ValueError: if there is no currency with this code"""
        currency = self.env["res.currency"].with_context(active_test=False)
        found = currency.search([("name", "=", code.upper())], limit=1)
        if not found:
            raise ValueError(f"There is no currency {code}.")
        return found

    def _change(self, vals):
        """Write what differs; once booked, only the status and the day may."""
        if self.move_id:
            vals = {name: vals[name] for name in ("provider_status", "date")}
        new = {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != (value or False)
        }
        if new:
            self.write(new)
        if "amount" in new and self.is_complete:
            self._set_rest()

    def _take_lines(self, payout):
        """Record what it is made of, once that is known."""
        if payout.entries is not None:
            lines = self.line_ids._take_entries(self.provider_id, payout.entries)
            former = lines.settlement_id - self
            lines.settlement_id = self
            self.is_complete = True
            for settlement in former:
                settlement._set_rest()
        elif not payout.itemizable and payout.status != rules.PENDING:
            self._get_unassigned_lines().settlement_id = self
            self.is_complete = True
        if self.is_complete:
            self._set_rest()

    def _get_unassigned_lines(self):
        """Return what is on the balance, if all payouts of this account are manual."""
        itemized = self.search_count(
            [
                ("provider_id", "=", self.provider_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("is_itemizable", "=", True),
            ],
            limit=1,
        )
        lines = self.env["paycollect.settlement.line"]
        if itemized:
            return lines
        return lines.search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("settlement_id", "=", False),
                ("date", "<=", self.date),
            ]
        )

    def _set_rest(self):
        """Keep the line that makes the sum the payout."""
        computed = self.line_ids.filtered(lambda line: line.kind in rules.COMPUTED)
        own = self.line_ids - computed
        rest = rules.compose(
            self.amount,
            own.mapped("net"),
            self.currency_id.decimal_places,
            self.is_itemizable,
        )
        computed.unlink()
        if rest:
            kind, amount = rest
            self.env["paycollect.settlement.line"].create(
                {
                    "provider_id": self.provider_id.id,
                    "company_id": self.company_id.id,
                    "settlement_id": self.id,
                    "reference": f"{self.reference}:{kind}",
                    "kind": kind,
                    "date": self.date,
                    "currency_id": self.currency_id.id,
                    "gross": amount,
                    "net": amount,
                    "source_amount": amount,
                }
            )
