# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.charge import STOP, Obstacle
from ...rules.const import RECEIPTS
from ..company.moments import format_day

READERS = "account.group_account_invoice,account.group_account_readonly"


class AccountMove(models.Model):
    """Invoices with a payment that was disputed, returned or inquired about."""

    _inherit = "account.move"

    collection_chargeback_ids = fields.Many2many(
        "paycollect.chargeback",
        "paycollect_chargeback_move_rel",
        "move_id",
        "chargeback_id",
        string="Chargebacks",
        readonly=True,
        copy=False,
        groups=READERS,
    )
    collection_chargeback_count = fields.Integer(
        string="Chargeback Count",
        compute="_compute_collection_chargeback_count",
        groups=READERS,
    )

    @api.depends("collection_chargeback_ids")
    def _compute_collection_chargeback_count(self):
        for move in self:
            move.collection_chargeback_count = len(move.collection_chargeback_ids)

    def action_view_chargebacks(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_chargeback"
        )
        chargebacks = self.collection_chargeback_ids
        action["domain"] = [("id", "in", chargebacks.ids)]
        action["context"] = {}
        if len(chargebacks) == 1:
            action |= {"res_id": chargebacks.id, "views": [(False, "form")]}
        return action

    def _get_disputes(self):
        """Return the chargebacks (sudo) that prevent charging the invoice."""
        self.ensure_one()
        return self.sudo().collection_chargeback_ids.filtered(
            lambda chargeback: chargeback._forbids_charge()
        )

    def _is_disputed(self):
        """Whether a chargeback keeps the invoice from being charged automatically."""
        return bool(self._get_disputes())

    def _get_charge_obstacles(self, now, attempt=None):
        obstacles = super()._get_charge_obstacles(now, attempt)
        for move in self:
            if move._is_disputed():
                obstacles[move].append(Obstacle("disputed", STOP))
        return obstacles

    def _get_message_obstacles(self, occasion, now):
        obstacles = super()._get_message_obstacles(occasion, now)
        if occasion not in RECEIPTS:
            for move in self:
                if move._is_disputed():
                    obstacles[move].append("disputed")
        return obstacles

    def _get_reason_texts(self, params):
        return super()._get_reason_texts(params) | {
            "disputed": lambda: self.env._(
                "Not charged: a payment for this invoice is disputed or was returned."
            ),
        }

    def _get_explanation_dependencies(self):
        return (
            *super()._get_explanation_dependencies(),
            "collection_chargeback_ids.state",
            "collection_chargeback_ids.withdrawn_at",
            "collection_chargeback_ids.reinstated_at",
            "collection_chargeback_ids.withheld_amount",
            "collection_chargeback_ids.is_released",
        )

    def _get_explanation_lines(self):
        """Bank returns are covered by their attempt."""
        chargebacks = self.sudo().collection_chargeback_ids.sorted("id")
        return super()._get_explanation_lines() + [
            ("dispute", chargeback._get_text())
            for chargeback in chargebacks
            if not chargeback.attempt_id.returned_at
        ]

    def _get_next_step(self, last):
        if dispute := self._get_disputes()[:1]:
            if dispute.state == "open" and dispute.due_at:
                return self.env._(
                    "Next: accounting must respond to the dispute by %(date)s. The "
                    "invoice won't be charged automatically until the dispute is "
                    "resolved.",
                    date=format_day(self.env, dispute.due_at),
                )
            return self.env._(
                "Next: accounting must decide what to do. The invoice won't be charged "
                "automatically until a manager allows it on the chargeback."
            )
        return super()._get_next_step(last)
