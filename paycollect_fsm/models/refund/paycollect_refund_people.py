# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.refund import REQUESTED, UNKNOWN
from ..company.locks import wait_and_lock


class PaycollectRefund(models.Model):
    """Who may approve a refund, and what people say when its provider doesn't."""

    _inherit = "paycollect.refund"

    is_unknown = fields.Boolean(string="Outcome Unknown", compute="_compute_is_unknown")

    another_manager_text = fields.Char(
        string="Who Approves", compute="_compute_another_manager_text"
    )

    @api.depends("state", "requested_by_id")
    @api.depends_context("lang", "uid")
    def _compute_another_manager_text(self):
        for refund in self:
            waits = refund.state == REQUESTED and refund.sudo()._needs_another_manager(
                self.env.user
            )
            refund.another_manager_text = waits and refund._get_another_manager_text()

    def _needs_another_manager(self, user):
        """Whether this user may not approve the refund because of having requested it
        (sudo). Administrators are no exception: whoever can change the settings leaves
        a trace there, and the books need a second pair of eyes."""
        self.ensure_one()
        return (
            self.company_id.collection_refund_second_person
            and self.requested_by_id == user
        )

    def _get_another_manager_text(self):
        return self.env._(
            "You requested this refund, so another Collections manager has to approve "
            "it. An administrator can turn this rule off in the settings of Invoicing, "
            "under Collections."
        )

    @api.depends("part_ids.state")
    def _compute_is_unknown(self):
        for refund in self:
            refund.is_unknown = UNKNOWN in refund.part_ids.mapped("state")

    def action_mark_refunded(self):
        """Button: the provider's dashboard shows the refund (managers only)."""
        self._decide_unknown(True)

    def action_mark_not_refunded(self):
        """Button: the provider has no such refund (managers only)."""
        self._decide_unknown(False)

    def _decide_unknown(self, is_made):
        """Record what a manager found at the provider, and go on.

        :raise UserError: if the outcome is known by now
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        parts = self.sudo().part_ids.filtered(lambda part: part.state == UNKNOWN)
        wait_and_lock(parts)
        if not parts:
            raise UserError(self.env._("The outcome of this refund is known by now."))
        for transaction in parts.transaction_id:
            text = self.env._(
                "%(user)s looked it up at the provider.", user=self.env.user.name
            )
            if is_made:
                transaction._set_done(state_message=text)
            else:
                transaction._set_error(text)
        self.sudo()._message_log(
            body=self.env._("Marked as refunded")
            if is_made
            else self.env._("Marked as not refunded")
        )
        self.sudo()._close_tasks(self._get_state_label())
        self.sudo()._enqueue()
