# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.exceptions import UserError


class PaycollectRefund(models.Model):
    """The credit note of a refund: exactly its amount, to the cent."""

    _inherit = "paycollect.refund"

    def _create_credit_note(self, now):
        """Draft the credit note, before any money moves. It is posted once it did.

        :param now: naive UTC datetime
        :raise UserError: if it can't be made
        """
        if not self.move_id or self.credit_note_id:
            return
        move = self.move_id.with_company(self.company_id)
        note = move._reverse_moves([self._prepare_credit_note_vals(now)])
        if self.line_ids:
            self._keep_lines(note, self.line_ids)
        if self.currency_id.compare_amounts(note.amount_total, self.amount):
            self._set_lines_to_amount(note)
        if self.currency_id.compare_amounts(note.amount_total, self.amount):
            raise UserError(
                self.env._(
                    "A credit note of exactly %(amount)s can't be made: it would be "
                    "%(found)s. Make the credit note by hand, then refund the credit.",
                    amount=self.currency_id._format_amount(self.amount),
                    found=self.currency_id._format_amount(note.amount_total),
                )
            )
        self.credit_note_id = note

    def _prepare_credit_note_vals(self, now):
        today, env = self.company_id._get_today(now), self._get_customer_env()
        return {
            "ref": env._(
                "Reversal of: %(invoice)s, %(reason)s",
                invoice=self.move_id.name,
                reason=self.reason,
            ),
            "date": today,
            "invoice_date": today,
            "invoice_date_due": today,
            "invoice_origin": self.move_id.name,
        }

    def _get_customer_env(self):
        """Return the environment in the language of the customer, who reads it."""
        return self.with_context(lang=self.partner_id.lang or self.env.lang).env

    def _keep_lines(self, note, lines):
        """Keep only the copies of these lines, in the order of the invoice."""
        originals = self.move_id.invoice_line_ids.sorted(self._by_sequence)
        copies = note.invoice_line_ids.sorted(self._by_sequence)
        drop = note.invoice_line_ids.browse(
            copy.id
            for original, copy in zip(originals, copies, strict=True)
            if original not in lines
        )
        note.write({"invoice_line_ids": [Command.delete(line.id) for line in drop]})

    def _by_sequence(self, line):
        return line.sequence, line.id

    def _set_lines_to_amount(self, note):
        """Replace the lines by a share of them."""
        label = self._get_customer_env()._(
            "Refund for %(invoice)s: %(reason)s",
            invoice=self.move_id.name,
            reason=self.reason,
        )
        note._set_lines_to_amount(self.amount, label, f"paycollect_refund,{self.id}")
