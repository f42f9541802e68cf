# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules import settlement as rules


class PaycollectDiscrepancy(models.Model):
    """What a difference means, and what to do about it."""

    _inherit = "paycollect.discrepancy"

    text = fields.Char(string="What Differs", compute="_compute_texts")
    advice = fields.Char(string="What to Do", compute="_compute_texts")

    @api.depends("kind", "code", "amount", "line_id", "transaction_id", "settlement_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for found in self:
            found.text, found.advice = found._get_texts()

    @api.depends("kind", "settlement_id", "transaction_id", "line_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for found in self:
            place = found.sudo()._get_place()
            found.display_name = f"{labels.get(found.kind, '')}: {place}"

    def _get_place(self):
        line = self.line_id
        return (
            self.transaction_id.reference
            or line.object_ref
            or (line and line._get_shown_reference())
            or self.settlement_id.reference
            or ""
        )

    def _get_texts(self):
        """Return (what differs, what to do) in the reader's language."""
        self.ensure_one()
        _ = self.env._
        found = self.sudo()
        values = {
            "amount": found.currency_id._format_amount(found.amount),
            "reference": found._get_place(),
            "kind": found.line_id.label or found.line_id.kind or "",
            "expected": found.transaction_id.currency_id._format_amount(
                found.transaction_id.amount
            )
            if found.transaction_id
            else "",
        }
        texts = self._get_line_texts(_, values) | self._get_other_texts(_, values)
        default = texts[found.kind, ""]
        return texts.get((found.kind, found.code), default)

    def _get_line_texts(self, _, values):
        return {
            (rules.MISSING_HERE, ""): (
                _(
                    "The provider lists %(reference)s (%(kind)s) over %(amount)s, but "
                    "there is no transaction of it here.",
                    **values,
                ),
                _(
                    "Look it up at the provider. If it was made there or by another "
                    "system, record the payment and accept this with an explanation."
                ),
            ),
            (rules.MISSING_HERE, "no_dispute"): (
                _(
                    "The provider took %(amount)s for %(reference)s, but no dispute or "
                    "bank return is on record here.",
                    **values,
                ),
                _(
                    "Its event may still arrive; check Collections ▸ Provider Events. "
                    "If it doesn't, reverse the payment manually."
                ),
            ),
            (rules.AMOUNT, ""): (
                _(
                    "The provider's amount of %(reference)s differs by %(amount)s from "
                    "ours (%(expected)s).",
                    **values,
                ),
                _(
                    "Compare the payment at the provider with the transaction here, "
                    "and correct the payment."
                ),
            ),
            (rules.AMOUNT, "dispute"): (
                _(
                    "For the dispute about %(reference)s, the provider moved "
                    "%(amount)s more than is booked here.",
                    **values,
                ),
                _(
                    "Its event may be late. Compare the dispute with the provider, and "
                    "correct its entries."
                ),
            ),
            (rules.FEES, ""): (
                _(
                    "Amount, fee and net of %(reference)s don't add up at the "
                    "provider.",
                    **values,
                ),
                _("Ask the provider for the correct fee of this payment."),
            ),
            (rules.FEES, "dispute"): (
                _(
                    "The provider's fee for the dispute about %(reference)s differs by "
                    "%(amount)s from the recorded one.",
                    **values,
                ),
                _("Correct the fee entry of the dispute."),
            ),
            (rules.CURRENCY, ""): (
                _(
                    "The provider lists %(reference)s as %(amount)s; here it is "
                    "%(expected)s.",
                    **values,
                ),
                _("Correct the currency of the payment, or accept the conversion."),
            ),
            (rules.DUPLICATE, ""): (
                _(
                    "The provider lists %(reference)s twice: %(amount)s more.",
                    **values,
                ),
                _(
                    "The customer may have been charged twice. Look it up at the "
                    "provider, and refund one of the two there."
                ),
            ),
            (rules.UNEXPLAINED, ""): (
                _(
                    "%(amount)s of this payout isn't explained by its lines.",
                    **values,
                ),
                _(
                    "Compare the payout with the provider's report. If the file left "
                    "something out, import it again with all lines."
                ),
            ),
        }

    def _get_other_texts(self, _, values):
        return {
            (rules.MISSING_THERE, ""): (
                _(
                    "%(reference)s over %(amount)s succeeded here, but the provider "
                    "doesn't list it.",
                    **values,
                ),
                _(
                    "Look it up at the provider before you rely on this money. If it "
                    "was never made there, cancel the payment."
                ),
            ),
            (rules.BOOKS, ""): (
                _(
                    "%(reference)s over %(amount)s succeeded, but no payment is "
                    "booked.",
                    **values,
                ),
                _("Open the transaction, and process it again."),
            ),
            (rules.BOOKS, "not_applied"): (
                _(
                    "%(reference)s over %(amount)s is booked, but its invoice is still "
                    "open.",
                    **values,
                ),
                _("Open the invoice, and add the payment to it."),
            ),
            (rules.BANK, ""): (
                _(
                    "The payout %(reference)s of %(amount)s isn't on the bank "
                    "statement, although later bank transactions are.",
                    **values,
                ),
                _(
                    "Choose its bank transaction on the payout. If there is none, ask "
                    "the bank and the provider."
                ),
            ),
            (rules.BANK, "not_matched"): (
                _(
                    "The bank transaction of the payout %(reference)s of %(amount)s "
                    "was found, but it can't be matched.",
                    **values,
                ),
                _(
                    "Open the payout: it says why. Match the two yourself, or ask your "
                    "accounting manager."
                ),
            ),
            (rules.BANK, "not_sent"): (
                _(
                    "The provider couldn't send the payout %(reference)s of "
                    "%(amount)s.",
                    **values,
                ),
                _(
                    "Check the bank account at the provider. This is resolved once the "
                    "later payout that returns the amount is booked."
                ),
            ),
        }
