# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, models

from ...rules import settlement as rules
from . import paycollect_settlement_bank as bank

# How far back the daily comparison goes; what is open stays open.
HORIZON = timedelta(days=120)
# A bank transaction that is older than others that were imported is missing.
AT_BANK_AFTER = timedelta(days=5)


class PaycollectDiscrepancy(models.Model):
    """Comparing provider ↔ transactions ↔ payments ↔ invoices ↔ bank."""

    _inherit = "paycollect.discrepancy"

    @api.model
    def _check_settlement(self, settlement, now):
        """Compare a payout's lines, and those about the same transactions.

        :param now: naive UTC datetime
        """
        self._check_lines(settlement.line_ids, now)
        self._check_at_bank(settlement, now)

    @api.model
    def _check_provider(self, provider, now):
        """Compare everything recent of a provider, both ways.

        :param provider: ``payment.provider``, sudo
        :param now: naive UTC datetime
        """
        today = provider.company_id._get_today(now)
        lines = self.env["paycollect.settlement.line"].search(
            [("provider_id", "=", provider.id), ("date", ">=", today - HORIZON)]
        )
        opened = self.search(
            [("provider_id", "=", provider.id), ("state", "=", "open")]
        )
        lines |= opened.line_id
        lines._find_transactions()
        self._check_lines(lines, now)
        self._check_transactions(provider, lines, now)
        settlements = self.env["paycollect.settlement"].search(
            [("provider_id", "=", provider.id), ("state", "!=", "matched")]
        )
        self._check_at_bank(settlements, now)
        (settlements | opened.settlement_id | lines.settlement_id)._refresh_state()
        provider.collection_compared_at = now

    # -- lines -------------------------------------------------------------------

    def _check_lines(self, lines, now):
        peers = lines.search(
            [
                ("transaction_id", "in", lines.transaction_id.ids),
                ("provider_id", "in", lines.provider_id.ids),
            ]
        )
        lines = (lines | peers).sorted("id")
        transactions = {
            tx.id: rules.Transaction(tx.id, tx.amount, tx.currency_id.name)
            for tx in lines.transaction_id
        }
        facts = [line._get_facts() for line in lines]
        by_key = {line.id: line for line in lines}
        found = {}
        for difference in rules.find_line_differences(facts, transactions):
            line = by_key[difference.line]
            found[line.provider_id.id, difference.get_key()] = self._prepare_line_vals(
                line, difference
            )
        self._sync(found, [("line_id", "in", lines.ids)], now)

    def _prepare_line_vals(self, line, difference):
        find = self.env["paycollect.settlement"]._find_currency
        currency = line.currency_id
        if difference.currency:
            currency = find(difference.currency)
        return {
            **self._prepare_vals(difference, line.provider_id, currency),
            "line_id": line.id,
            "settlement_id": line.settlement_id.id,
            "transaction_id": line.transaction_id.id,
            "partner_id": line.partner_id.id,
            "date": line.date,
        }

    def _prepare_vals(self, difference, provider, currency):
        return {
            "provider_id": provider.id,
            "company_id": provider.company_id.id,
            "key": difference.get_key(),
            "kind": difference.kind,
            "code": difference.code,
            "amount": difference.amount,
            "currency_id": currency.id,
        }

    # -- transactions ------------------------------------------------------------

    def _check_transactions(self, provider, lines, now):
        """Compare our transactions with the list, their payments and invoices."""
        scope = [
            ("provider_id", "=", provider.id),
            ("line_id", "=", False),
            ("settlement_id", "=", False),
        ]
        opened = self.search([*scope, ("state", "=", "open")]).transaction_id
        transactions = opened | self._search_transactions(provider, lines, now)
        transactions = transactions.filtered(lambda tx: tx._is_to_be_listed())
        until = provider._get_listed_until()
        known = self.env["paycollect.settlement.line"].search(
            [("transaction_id", "in", transactions.ids)]
        )
        listed = known.transaction_id
        facts = [tx._get_settlement_facts(tx in listed, until) for tx in transactions]
        by_key = {tx.id: tx for tx in transactions}
        found = {}
        for difference in rules.find_transaction_differences(facts):
            tx = by_key[difference.transaction]
            found[provider.id, difference.get_key()] = {
                **self._prepare_vals(difference, provider, tx.currency_id),
                "transaction_id": tx.id,
                "partner_id": tx.partner_id.commercial_partner_id.id,
                "date": tx.last_state_change.date(),
            }
        self._sync(found, scope, now)

    def _search_transactions(self, provider, lines, now):
        """Return what the provider's list must name, since it is read here.

        A payment that was made just before may have been listed before, too.
        """
        first = min(lines.mapped("date"), default=None)
        if not first:
            return self.env["payment.transaction"]
        since = max(first + rules.LISTED_AFTER, now.date() - HORIZON)
        return self.env["payment.transaction"].search(
            [
                ("provider_id", "in", provider._get_account_providers().ids),
                ("state", "=", "done"),
                ("last_state_change", ">=", since),
            ]
        )

    # -- bank --------------------------------------------------------------------

    def _check_at_bank(self, settlements, now):
        """Find payouts that failed, or that the bank statement should have by now."""
        found = {}
        for settlement in settlements:
            code = self._get_bank_code(settlement, now)
            if not code:
                continue
            difference = rules.Difference(rules.BANK, code, settlement.amount)
            vals = self._prepare_vals(
                difference, settlement.provider_id, settlement.currency_id
            )
            key = f"{rules.BANK}:{code}:payout{settlement.id}"
            found[settlement.provider_id.id, key] = {
                **vals,
                "key": key,
                "settlement_id": settlement.id,
                "date": settlement.date,
            }
        scope = [("settlement_id", "in", settlements.ids), ("line_id", "=", False)]
        self._sync(found, scope, now)

    def _get_bank_code(self, settlement, now):
        if settlement.provider_status in rules.NOT_SENT:
            return None if settlement._is_returned() else "not_sent"
        if settlement.bank_code == bank.REFUSED and settlement._is_open_at_bank():
            return "not_matched"
        late = settlement.date + AT_BANK_AFTER
        today = settlement.company_id._get_today(now)
        if late > today or settlement._is_settled() or not settlement.payout_item_id:
            return None
        newer = self.env["account.bank.statement.line"].search_count(
            [("company_id", "=", settlement.company_id.id), ("date", ">", late)],
            limit=1,
        )
        return "not_arrived" if newer else None

    # -- rows --------------------------------------------------------------------

    def _sync(self, found, scope, now):
        """Create what is new, resolve what agrees now, reopen what differs again.

        :param found: ``{(provider id, key): values}``
        :param scope: domain of the rows that were compared
        """
        keys = [key for _provider, key in found]
        rows = self.search(["|", *_all(scope), ("key", "in", keys)])
        known = {(row.provider_id.id, row.key): row for row in rows}
        self.create(
            [
                {**vals, "found_at": now}
                for place, vals in found.items()
                if place not in known
            ]
        )
        for place, row in known.items():
            if vals := found.get(place):
                row._see_again(vals)
            elif not row.closed_at:
                row.closed_at = now

    def _see_again(self, vals):
        """Update what is still open; what a manager accepted stays accepted."""
        if self.accepted_by_id:
            return
        names = ("amount", "currency_id", "settlement_id", "transaction_id")
        new = {name: vals[name] for name in names if name in vals}
        new["closed_at"] = False
        changed = {
            name: value
            for name, value in new.items()
            if self._fields[name].convert_to_write(self[name], self) != (value or False)
        }
        if changed:
            self.write(changed)


def _all(domain):
    """Return the domain with its conditions joined explicitly."""
    return ["&"] * (len(domain) - 1) + domain
