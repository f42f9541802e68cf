# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ...rules.const import DECLINED, OCCASION_PAID
from ...rules.messages import MAIL
from ..company.moments import format_moment


class AccountMove(models.Model):
    """Messages to the customer, as part of the invoice's explanation."""

    _inherit = "account.move"

    collection_message_state = fields.Selection(
        [
            ("queued", "Queued"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("skipped", "Not sent"),
        ],
        string="Message Status",
        compute="_compute_collection_message_state",
        search="_search_collection_message_state",
        compute_sudo=True,
        help="Status of the latest receipt, invoice or decline notice to the customer.",
        groups="base.group_user",
    )

    @api.depends("collection_message_ids.state")
    def _compute_collection_message_state(self):
        for move in self:
            last = move.sudo().collection_message_ids.sorted(
                lambda row: (row.queued_at, row.channel == MAIL, row.id)
            )[-1:]
            move.collection_message_state = last.state

    @api.model
    def _search_collection_message_state(self, operator, value):
        # Odoo doesn't check who searches a field that it doesn't store.
        self._check_field_access(self._fields["collection_message_state"], "read")
        if operator != "in":
            return NotImplemented
        self.env["paycollect.message"].flush_model()
        last = SQL(
            """SELECT DISTINCT ON (move_id) move_id, state
                 FROM paycollect_message
                ORDER BY move_id, queued_at DESC, channel, id DESC"""
        )
        states = tuple(filter(None, value)) or ("",)
        found = SQL("(SELECT move_id FROM (%s) AS l WHERE state IN %s)", last, states)
        domain = fields.Domain("id", "in", found)
        if False in value:
            told = SQL(
                "(SELECT move_id FROM paycollect_message WHERE move_id IS NOT NULL)"
            )
            domain |= fields.Domain("id", "not in", told)
        return domain

    def _get_explanation_dependencies(self):
        return (
            *super()._get_explanation_dependencies(),
            "collection_message_ids.state",
            "collection_message_ids.retry_at",
        )

    def _get_explanation_lines(self):
        messages = self.sudo().collection_message_ids.sorted("id")
        return super()._get_explanation_lines() + [
            ("message", message._get_text()) for message in messages
        ]

    def _get_next_step(self, last):
        unsent = self._get_unsent_receipt()
        if not self._is_settled() or not unsent:
            return super()._get_next_step(last)
        if unsent.state == "queued":
            return self.env._(
                "Next: the invoice is paid; the receipt will be sent on %(date)s.",
                date=format_moment(self.env, unsent.retry_at),
            )
        return self.env._(
            "Next: the invoice is paid; correct the customer's address and send the "
            "receipt again."
        )

    def _get_status_text(self, collectable=None):
        """Add what the customer was told: they ask the technician about it."""
        text = super()._get_status_text(collectable)
        if self.decline_message_at and self._get_last_attempt().state == DECLINED:
            return self.env._(
                "%(text)s The customer was asked for another payment method.", text=text
            )
        unsent = self._get_unsent_receipt()
        if not unsent or (unsent.state == "queued" and not unsent.try_count):
            return text
        if unsent.state == "queued":
            return self.env._("%(text)s The receipt has not been sent yet.", text=text)
        return self.env._("%(text)s The receipt was not delivered.", text=text)

    def _get_unsent_receipt(self):
        """Return the latest receipt if none was sent on any channel (sudo)."""
        receipts = self.sudo().collection_message_ids.filtered(
            lambda row: row.occasion == OCCASION_PAID
        )
        if any(row.state == "sent" for row in receipts):
            return receipts.browse()
        return receipts.sorted("id")[-1:]
