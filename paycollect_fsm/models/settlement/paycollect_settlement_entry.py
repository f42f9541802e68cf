# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from dataclasses import dataclass, field

from odoo import Command, models
from odoo.exceptions import UserError

from ...rules import settlement as rules


@dataclass
class Part:
    """A journal item to be: its values, what it books, and what it clears."""

    vals: dict
    lines: object
    counterparts: object
    is_payout: bool = False
    tax_ids: list = field(default_factory=list)


class PaycollectSettlement(models.Model):
    """The journal items of a payout's entry."""

    _inherit = "paycollect.settlement"

    def _prepare_parts(self):
        """Return the :class:`Part` s; their amounts in the payout's currency add up."""
        parts, pools = [self._prepare_payout_part()], defaultdict(self.line_ids.browse)
        gap = 0.0
        for line in self.line_ids.sorted("id"):
            item = line._get_counterpart()
            gap += line.gross - line._get_cleared() if item else 0.0
            if item and item.currency_id == self.currency_id:
                pools[item.account_id, line.kind] |= line
            elif item:
                parts.append(self._prepare_converted_part(line, item))
            elif cleared := line._get_cleared():
                parts.append(self._prepare_own_part(line, cleared))
        for (account, kind), lines in pools.items():
            parts.append(self._prepare_pooled_part(account, kind, lines))
        return [*parts, *self._prepare_gap_parts(gap), *self._prepare_fee_parts()]

    def _make_part(self, account, name, amount, lines=None, counterparts=None, **vals):
        """:param amount: debit, in the payout's currency; negative: credit"""
        return Part(
            {
                "name": name,
                "account_id": account.id,
                "currency_id": self.currency_id.id,
                "amount_currency": self.currency_id.round(amount),
                **vals,
            },
            lines if lines is not None else self.line_ids.browse(),
            counterparts if counterparts is not None else self.env["account.move.line"],
        )

    def _prepare_payout_part(self):
        name = self.env._("Payout %(reference)s", reference=self.reference)
        part = self._make_part(self._get_clearing_account(), name, self.amount)
        part.is_payout = True
        return part

    def _prepare_pooled_part(self, account, kind, lines):
        """All payments, or refunds, that are open on the same account."""
        items = self.env["account.move.line"].union(
            *(line._get_counterpart() for line in lines)
        )
        name = self.env._(
            "%(kind)s in payout %(reference)s",
            kind=lines[:1]._get_kind_label(kind),
            reference=self.reference,
        )
        balance = -sum(items.mapped("amount_residual"))
        amount = -sum(lines.mapped("gross"))
        return self._make_part(account, name, amount, lines, items, balance=balance)

    def _prepare_gap_parts(self, gap):
        """What wasn't paid out of payments, beyond their fees: as nobody knows yet what
        it is, it stays on the clearing account."""
        if self.currency_id.is_zero(gap):
            return []
        name = self.env._(
            "%(kind)s in payout %(reference)s",
            kind=self.line_ids._get_kind_label(rules.REMAINDER),
            reference=self.reference,
        )
        return [self._make_part(self._get_clearing_account(), name, gap)]

    def _prepare_converted_part(self, line, item):
        """A payment in another currency: it leaves at the rate at which it came."""
        return self._make_part(
            item.account_id,
            line._get_item_name(),
            -line.gross,
            line,
            item,
            partner_id=item.partner_id.id,
            currency_id=item.currency_id.id,
            amount_currency=-item.amount_residual_currency,
            balance=-item.amount_residual,
        )

    def _prepare_own_part(self, line, cleared):
        return self._make_part(
            line._get_clearing_account(self._get_clearing_account()),
            line._get_item_name(),
            -cleared,
            line,
            partner_id=line.partner_id.id,
        )

    # -- fees --------------------------------------------------------------------

    def _prepare_fee_parts(self):
        """The expense and its tax; together they are what the provider kept."""
        lines = self.line_ids.filtered(lambda line: line._get_expense())
        total = self.currency_id.round(sum(line._get_expense() for line in lines))
        if not total:
            return []
        company = self.company_id
        account = company.collection_charge_fee_account_id
        name = self.env._("Fees in payout %(reference)s", reference=self.reference)
        fees = lines.filtered(lambda line: line.kind == rules.FEE)
        tax = company.collection_charge_fee_tax_id
        if not tax:
            return [self._make_part(account, name, total, fees)]
        taxed, tax_items = self._compute_fee_tax(tax, total, account)
        base = self._make_part(account, name, taxed["amount_currency"], fees)
        base.vals |= {
            "tax_ids": [Command.set(tax.ids)],
            "tax_tag_ids": taxed["tax_tag_ids"],
        }
        return [base, *(self._prepare_tax_part(item) for item in tax_items)]

    def _compute_fee_tax(self, tax, total, account):
        """Return the values of the fee without tax, and those of the tax items."""
        taxes, company = self.env["account.tax"], self.company_id
        base = taxes._prepare_base_line_for_taxes_computation(
            None,
            price_unit=abs(total),
            quantity=1.0,
            tax_ids=tax,
            currency_id=self.currency_id,
            account_id=account,
            special_mode="total_included",
            sign=1 if total > 0 else -1,
            is_refund=total < 0,
        )
        taxes._add_tax_details_in_base_lines([base], company)
        taxes._round_base_lines_tax_details([base], company)
        taxes._add_accounting_data_in_base_lines_tax_details([base], company)
        found = taxes._prepare_tax_lines([base], company)
        return found["base_lines_to_update"][0][1], found["tax_lines_to_add"]

    def _prepare_tax_part(self, item):
        vals = {name: item[name] for name in item if name != "balance"}
        account = self.env["account.account"].browse(item["account_id"])
        amount = vals.pop("amount_currency")
        return self._make_part(
            account, vals.pop("name"), amount, **vals | {"account_id": account.id}
        )

    # -- the entry ---------------------------------------------------------------

    def _prepare_entry_vals(self, parts):
        """Return the values of the entry; None if a conversion can't be booked.

        :raise UserError: if the lines don't add up, though nothing was converted
        """
        has_tax = any("tax_repartition_line_id" in part.vals for part in parts)
        day = self._get_accounting_date(has_tax)
        company = self.company_id
        for part in parts:
            if "balance" not in part.vals:
                part.vals["balance"] = self.currency_id._convert(
                    part.vals["amount_currency"], company.currency_id, company, day
                )
        commands = [Command.create(part.vals) for part in parts]
        rest = company.currency_id.round(sum(part.vals["balance"] for part in parts))
        if rest:
            self._check_converted(parts)
            account = self._get_exchange_account(rest)
            if not account:
                return None
            commands.append(Command.create(self._prepare_exchange_vals(account, rest)))
        return {
            "move_type": "entry",
            "date": day,
            "ref": self.env._("Payout %(reference)s", reference=self.reference),
            "journal_id": self.provider_id.journal_id.id,
            "company_id": company.id,
            "line_ids": commands,
        }

    def _check_converted(self, parts):
        home = self.company_id.currency_id
        if all(part.vals["currency_id"] == home.id for part in parts):
            raise UserError(self.env._("Its lines don't add up to its amount."))

    def _get_exchange_account(self, rest):
        """:param rest: what is too much on the debit side: a gain"""
        if rest > 0:
            return self.company_id.income_currency_exchange_account_id
        return self.company_id.expense_currency_exchange_account_id

    def _prepare_exchange_vals(self, account, rest):
        return {
            "name": self.env._("Currency conversion by the provider"),
            "account_id": account.id,
            "currency_id": self.company_id.currency_id.id,
            "amount_currency": -rest,
            "balance": -rest,
        }
