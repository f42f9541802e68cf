# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import DECLINED, UNKNOWN
from ..company.moments import format_moment


class AccountMove(models.Model):
    """What recovery adds to “Why?”."""

    _inherit = "account.move"

    def _get_explanation_dependencies(self):
        return (
            *super()._get_explanation_dependencies(),
            "collection_attempt_ids.ask_at",
            "collection_attempt_ids.escalate_at",
            "collection_attempt_ids.follow_up_code",
        )

    def _get_next_step(self, last):
        if self.state != "posted" or self._is_settled():
            return super()._get_next_step(last)
        if last.state == UNKNOWN:
            return last._get_question_text()
        if last.state == DECLINED and last.escalate_at:
            return self.env._(
                "Next: once the customer takes action, the invoice is charged again "
                "immediately. If they don't, accounting will be notified on %(date)s.",
                date=format_moment(self.env, last.escalate_at),
            )
        return super()._get_next_step(last)
