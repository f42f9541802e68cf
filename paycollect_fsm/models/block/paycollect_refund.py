# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError

from .paycollect_hour_block_use import JOB


class PaycollectRefund(models.Model):
    """Of a block, only what wasn't used can be refunded."""

    _inherit = "paycollect.refund"

    def _get_facts(self, now, standings=None):
        facts = super()._get_facts(now, standings)
        if used := self._get_hour_block_used():
            most = self.currency_id.round(facts.refundable - used)
            facts = replace(facts, refundable=max(most, 0.0))
        return facts

    def _get_hour_block_used(self):
        move = self.move_id._origin
        return move._get_hour_block_used() if move else 0.0

    @api.model
    def _request(self, vals, now):
        """Say it where a request asks for what was used.

        :raise UserError: with what can be refunded
        """
        draft = self.new(vals)
        used = draft._get_hour_block_used()
        most = draft._get_facts(now).refundable if used else 0.0
        if used and draft.currency_id.compare_amounts(draft.amount, most) > 0:
            raise UserError(
                self.env._(
                    "At most %(most)s of %(invoice)s can be refunded: %(used)s of the "
                    "prepaid services that it sold is used already. Enter a smaller "
                    "amount, or first credit the jobs that used it.",
                    most=draft.currency_id._format_amount(most),
                    invoice=draft.move_id.name,
                    used=draft.currency_id._format_amount(used),
                )
            )
        return super()._request(vals, now)

    def _create_credit_note(self, now):
        """From now on, jobs can't use what is refunded; before any money moves, check
        that none did.

        :raise UserError: with what can be refunded
        """
        result = super()._create_credit_note(now)
        if note := self.credit_note_id:
            note._link_hour_block_credit()
            note._check_hour_block_credit()
        return result

    def _set_lines_to_amount(self, note):
        """A refund of money gives no hours back: that of the whole invoice does."""
        lines = note.invoice_line_ids
        lines.filtered(
            lambda line: JOB in line.hour_block_use_ids.mapped("kind")
        ).unlink()
        return super()._set_lines_to_amount(note)
