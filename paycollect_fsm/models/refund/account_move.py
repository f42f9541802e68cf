# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import Command, api, fields, models

from ...rules.charge import WAIT, Obstacle
from ...rules.refund import OPEN_STATES, PROCESSING

READERS = "account.group_account_invoice,account.group_account_readonly"
REFUNDING = "refunding"


class AccountMove(models.Model):
    """Invoices of which something can be refunded, or is."""

    _inherit = "account.move"

    collection_refund_ids = fields.One2many(
        "paycollect.refund",
        "move_id",
        string="Refunds",
        readonly=True,
        groups=READERS,
    )
    collection_refund_count = fields.Integer(
        string="Refund Count",
        compute="_compute_collection_refund_count",
        groups=READERS,
    )
    collection_can_refund = fields.Boolean(
        string="Can Be Refunded",
        compute="_compute_collection_can_refund",
        groups="paycollect_fsm.group_user",
    )

    @api.depends("collection_refund_ids")
    def _compute_collection_refund_count(self):
        for move in self:
            move.collection_refund_count = len(move._get_refunds())

    @api.depends("state", "move_type", "payment_state", "collection_refund_ids.state")
    def _compute_collection_can_refund(self):
        for move in self:
            move.collection_can_refund = (
                move.state == "posted"
                and move.company_id.collection_active
                and move._has_something_to_refund()
            )

    def _has_something_to_refund(self):
        if self.move_type not in ("out_invoice", "out_refund"):
            return False
        return self._get_refund_limit() > 0

    def _get_refund_limit(self):
        """Return what can be refunded by any way, by our books: of what was paid of an
        invoice, or of what is open of a credit note."""
        self.ensure_one()
        vals = self._prepare_refund_vals()
        if self.move_type == "out_refund":
            lines = self.sudo()._get_open_credit_lines()
            vals |= {"move_id": False, "credit_line_ids": [Command.set(lines.ids)]}
        refund = self.env["paycollect.refund"].sudo().new(vals)
        return refund._get_facts(self.write_date).refundable

    def _prepare_refund_vals(self):
        return {
            "company_id": self.company_id.id,
            "partner_id": self.commercial_partner_id.id,
            "move_id": self.id,
            "currency_id": self.currency_id.id,
        }

    def _get_refunds(self):
        """Return the refunds of an invoice, or the one that made a credit note."""
        self.ensure_one()
        if self.move_type == "out_refund":
            domain = [
                "|",
                ("credit_note_id", "=", self.id),
                ("credit_line_ids.move_id", "=", self.id),
            ]
            return self.env["paycollect.refund"].search(domain)
        return self.collection_refund_ids

    def action_refund(self):
        """Button: open the dialog for a refund (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        wizard = self.env["paycollect.refund.start"]
        if self.move_type == "out_refund":
            lines = self.sudo()._get_open_credit_lines()
            return wizard._open(self.commercial_partner_id, credits=lines)
        return wizard._open(self)

    def action_view_refunds(self):
        """Button: open the refunds."""
        self.ensure_one()
        self.check_access("read")
        self.env["paycollect.refund"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_refund"
        )
        found = self._get_refunds()
        action |= {"domain": [("id", "in", found.ids)], "context": {}}
        if len(found) == 1:
            action |= {"res_id": found.id, "views": [(False, "form")]}
        return action

    # -- what was paid ----------------------------------------

    def _get_money_paid(self):
        """Return what money paid of the invoice: ``{payment: amount}``, in its
        currency; an empty payment for money without a record of its own."""
        self.ensure_one()
        found = defaultdict(float)
        move = self.sudo()
        for partial in move._get_all_reconciled_invoice_partials():
            item = partial["aml"]
            if item.journal_id.type not in ("bank", "cash", "credit"):
                continue
            if item.balance < 0 and not partial["is_exchange"]:
                money = partial["amount"] * item._get_money_part()
                found[item.payment_id] += self.currency_id.round(money)
        for payment in move.matched_payment_ids:
            if not payment.move_id and payment.state in ("in_process", "paid"):
                found[payment] += payment.amount
        return found

    def _get_open_credit_lines(self):
        """Return the receivable items of credit notes that are still open."""
        return self.line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and line.amount_residual_currency < 0
            )
        )

    def _reconcile_reversed_moves(self, reverse_moves, move_reverse_cancel):
        """The credit note of a refund is matched with what was paid back."""
        if self.env.su and self.env.context.get("collection_paid_back"):
            return reverse_moves
        return super()._reconcile_reversed_moves(reverse_moves, move_reverse_cancel)

    # -- while it lasts ----------------------------------------

    def _get_charge_obstacles(self, now, attempt=None):
        obstacles = super()._get_charge_obstacles(now, attempt)
        for move in self:
            refunds = move.sudo().collection_refund_ids
            if any(refund.state in OPEN_STATES for refund in refunds):
                obstacles[move].append(Obstacle(REFUNDING, WAIT))
        return obstacles

    def _get_reason_texts(self, params):
        return super()._get_reason_texts(params) | {
            REFUNDING: lambda: self.env._(
                "Held back: a refund of this invoice is being processed. It will be "
                "charged once the refund is done."
            ),
        }

    def _get_explanation_dependencies(self):
        return (
            *super()._get_explanation_dependencies(),
            "collection_refund_ids.state",
            "collection_refund_ids.reason_code",
        )

    def _get_explanation_lines(self):
        refunds = self.sudo().collection_refund_ids.sorted("id")
        return super()._get_explanation_lines() + [
            ("refund", refund._get_history_text()) for refund in refunds
        ]

    def _get_refundable_payments(self):
        """A credit note that is settled, or being refunded, needs no hint."""
        payments = super()._get_refundable_payments()
        if self.state == "posted" and not self.amount_residual:
            return payments.browse()
        refunds = self.env["paycollect.refund"].sudo()
        ours = refunds.search_count(
            [("credit_note_id", "=", self.id), ("state", "=", PROCESSING)], limit=1
        )
        return payments.browse() if ours else payments
