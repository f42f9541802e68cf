# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules import protocol
from ...rules.refund import FAILED, LOST


class PaycollectRefundPart(models.Model):
    """Refunds with an unknown outcome: what may be sent again, and what follows."""

    _inherit = "paycollect.refund.part"

    def _get_document_name(self):
        return self.refund_id.display_name

    def _may_ask(self, now):
        return super()._may_ask(now) and not self.refund_id._get_pause()

    def _may_still_be_sent(self, _now):
        source = self.transaction_id.source_transaction_id
        return (
            not self.refund_id._get_pause()
            and not source._is_disputed()
            and source.currency_id.compare_amounts(source._get_left_to_refund(), 0) >= 0
        )

    def _note_answer(self, _way, verdict, text, _now):
        if verdict != protocol.FOUND and text:
            self.reason = text

    def _take_absence(self, text, _now):
        self.transaction_id._set_error(text)
        self.write({"state": FAILED, "reason": LOST, "ask_at": False})

    def _follow_answer(self, now):
        self.refund_id._process(now)

    def _report_unknown(self):
        self.refund_id._report_unknown()
