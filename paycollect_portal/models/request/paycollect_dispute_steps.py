# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, models

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import disputes
from ...rules.disputes import ACCEPTED


class PaycollectDispute(models.Model):
    """From the customer's words to our answer, and to the end of the dispute."""

    _inherit = "paycollect.dispute"

    @api.model
    def _file(self, move, partner, claim, lines, file=None, now=None):
        """File the dispute of an invoice. Call with sudo, after checking whose it is.

        :param partner: who disputes it
        :param claim: a :class:`disputes.Claim` without problems
        :param lines: the disputed lines of the invoice; none: all of it
        :param file: (name, content) that was checked, or None
        :param now: naive UTC datetime
        :raise ValidationError: if it is disputed already, or after too many on one day
        """
        return self._file_once(
            self._prepare_dispute_vals(move, partner, claim, lines, file, now),
            self.env._(
                "%(invoice)s is already disputed. You'll find the dispute in your "
                "list.",
                invoice=move.name,
            ),
        )

    def _prepare_dispute_vals(self, move, partner, claim, lines, file, now):
        company, currency = move.company_id, move.currency_id
        limit, digits = move._get_disputable_amount(), currency.decimal_places
        name, content = file or (False, False)
        return {
            "move_id": move.id,
            "company_id": company.id,
            "partner_id": partner.id,
            "reason": claim.reason,
            "disputed_line_ids": [Command.set(lines.ids)],
            "amount": disputes.get_amount(claim, limit, digits),
            "currency_id": currency.id,
            "text": claim.text.strip(),
            "file": content,
            "file_name": name,
            "owner_id": company._get_collection_responsible().id,
            "deadline": disputes.add_business_days(
                company._get_today(now), disputes.ANSWER_WITHIN
            ),
        }

    def _get_task_texts(self):
        return self.env._("Answer the customer's dispute"), self.env._(
            "%(customer)s disputes %(amount)s of %(invoice)s: %(reason)s. Answer by "
            "%(date)s with “Accept” or “Reject.”",
            customer=self.partner_id.display_name,
            amount=self.currency_id._format_amount(self.amount),
            invoice=self.move_id.name,
            reason=self._get_reason_label(),
            date=format_day(self.env, self.deadline),
        )

    def _set_ended(self, state):
        super()._set_ended(state)
        self.move_id._resume_contested()

    def _set_credited(self):
        """What was accepted is settled: the rest of the invoice may be charged."""
        waiting = self.filtered(lambda d: d.state == ACCEPTED and not d.is_credited)
        waiting.write({"is_credited": True})
        waiting.move_id._resume_contested()

    def _drop_undisputed_lines(self, note):
        """Remove the other lines of a draft credit note, a copy of the invoice."""
        self.ensure_one()
        invoice = note.reversed_entry_id
        is_ours = invoice == self.move_id and note.state == "draft"
        if not is_ours or not self.disputed_line_ids:
            return
        originals = invoice.invoice_line_ids.sorted(lambda o: (o.sequence, o.id))
        copies = note.invoice_line_ids.sorted(lambda o: (o.sequence, o.id))
        if len(copies) != len(originals):
            return
        dropped = [
            copy.id
            for line, copy in zip(originals, copies, strict=True)
            if copy.display_type == "product" and line not in self.disputed_line_ids
        ]
        note.invoice_line_ids = [Command.delete(line_id) for line_id in dropped]
