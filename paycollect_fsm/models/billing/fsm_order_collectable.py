# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.collectable import NEVER, Collectable, Discount, Part, assess
from ..company.moments import format_day


class FSMOrder(models.Model):
    """The amount that could be collected if the job were completed now."""

    _inherit = "fsm.order"

    def _get_collectable_preview(self, total, now=None):
        """Return the :class:`collectable.Collectable` of the future invoice.

        :param total: the amount to be invoiced, taxes included
        :param now: naive UTC datetime
        """
        self.ensure_one()
        currency = self.collection_currency_id
        if currency.compare_amounts(total, 0) <= 0:
            return Collectable()
        today = self.company_id._get_today(now)
        parts, discount = self._get_parts_preview(total, today)
        return assess(
            parts,
            today,
            discount=discount,
            credit=self._get_credit_preview(),
            use=self.company_id.collection_credit_use,
            digits=currency.decimal_places,
        )

    def _get_payment_term(self):
        """Return the payment term of the order, the customer or the policy."""
        payer = self._get_payer().with_company(self.company_id)
        return (
            self._get_sale_order().payment_term_id
            or payer.property_payment_term_id
            or self.collection_policy_id.payment_term_id
        )

    def _get_parts_preview(self, total, today):
        """Return the installments and the discount of the payment term."""
        term = self._get_payment_term()
        if not term:
            return [Part(today, total)], None
        untaxed = self._get_untaxed_preview(total)
        tax = total - untaxed
        currency = self.collection_currency_id
        terms = term._compute_terms(
            today, currency, self.company_id, tax, tax, 1, untaxed, untaxed
        )
        parts = [
            Part(line["date"], line["foreign_amount"]) for line in terms["line_ids"]
        ]
        if not term.early_discount:
            return parts, None
        amount = total - terms["discount_amount_currency"]
        return parts, Discount(terms["discount_date"], currency.round(amount))

    def _get_untaxed_preview(self, total):
        """Return the untaxed part of the total, with deposits deducted pro rata."""
        lines = self._get_preview_base_lines(self._get_preview_quantities())
        details = [line["tax_details"] for line in lines]
        untaxed = sum(
            d["total_excluded_currency"] + d["delta_total_excluded_currency"]
            for d in details
        )
        taxes = sum(
            tax["tax_amount_currency"] for d in details for tax in d["taxes_data"]
        )
        share = total / (untaxed + taxes) if untaxed + taxes else 0.0
        return self.collection_currency_id.round(untaxed * share)

    def _get_credit_preview(self):
        if self.company_id.collection_credit_use == NEVER:
            return 0.0
        payer = self._get_payer().commercial_partner_id.with_company(self.company_id)
        currency = self.collection_currency_id
        credits = self.env["account.move.line"]._get_open_credits(
            payer, self.company_id, currency
        )
        account = payer.property_account_receivable_id
        key = (payer, self.company_id, currency, account)
        return sum(credits.get(key, {}).values())

    def _get_collectable_texts(self, collectable):
        """Yield the sentences that explain an amount below the total."""
        currency = self.collection_currency_id
        if collectable.credit:
            yield self.env._(
                "%(amount)s of the customer's credit will be applied.",
                amount=currency._format_amount(collectable.credit),
            )
        if collectable.credit_waiting:
            yield self.env._(
                "The customer has a credit of %(amount)s; accounting must first decide "
                "how to use it.",
                amount=currency._format_amount(collectable.credit_waiting),
            )
        if collectable.discount:
            yield self.env._(
                "The amount due now includes an early payment discount of %(amount)s, "
                "valid until %(date)s.",
                amount=currency._format_amount(collectable.discount),
                date=format_day(self.env, collectable.discount_until),
            )
        if collectable.next_due:
            yield self.env._(
                "%(amount)s is due on %(date)s.",
                amount=currency._format_amount(collectable.next_amount),
                date=format_day(self.env, collectable.next_due),
            )
