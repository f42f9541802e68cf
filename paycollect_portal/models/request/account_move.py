# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.paycollect_fsm.rules.charge import CONTESTED, WAIT, Obstacle
from odoo.addons.paycollect_fsm.rules.const import OCCASION_DUE, PLANNED, RECEIPTS

from ...rules import disputes

READERS = "account.group_account_invoice,account.group_account_readonly"


class AccountMove(models.Model):
    """Invoices that their customer disputes."""

    _inherit = "account.move"

    collection_dispute_ids = fields.One2many(
        "paycollect.dispute",
        "move_id",
        string="Disputes",
        readonly=True,
        groups=READERS,
    )
    collection_dispute_count = fields.Integer(
        string="Dispute Count",
        compute="_compute_collection_dispute_count",
        groups=READERS,
    )
    # Stored: read with the invoice, and a charge that is being claimed at the moment
    # of the dispute fails with a conflict.
    collection_is_contested = fields.Boolean(
        string="Disputed",
        compute="_compute_collection_is_contested",
        store=True,
        copy=False,
        groups=READERS,
        help="The customer's dispute isn't settled: nobody asks for what is disputed, "
        "and it isn't charged automatically.",
    )

    _contested_idx = models.Index("(company_id) WHERE collection_is_contested")

    @api.depends("collection_dispute_ids")
    def _compute_collection_dispute_count(self):
        for move in self:
            move.collection_dispute_count = len(move.collection_dispute_ids)

    @api.depends("collection_dispute_ids.state", "collection_dispute_ids.is_credited")
    def _compute_collection_is_contested(self):
        for move in self:
            move.collection_is_contested = any(
                disputes.is_contested(dispute.state, dispute.is_credited)
                for dispute in move.collection_dispute_ids
            )

    def action_view_disputes(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_portal.action_paycollect_dispute"
        )
        found = self.collection_dispute_ids
        action |= {"domain": [("id", "in", found.ids)], "context": {}}
        if len(found) == 1:
            action |= {"res_id": found.id, "views": [(False, "form")]}
        return action

    # -- which invoices can be disputed -------------------------------------------

    @api.model
    def _search_disputable(self, customer, company, today):
        """Return the invoices that a customer can dispute (sudo), newest first: open
        ones, and those paid lately, without a dispute that isn't settled.

        :param customer: commercial partner
        :param today: the company's day
        """
        since = today - timedelta(days=disputes.PAID_WITHIN)
        is_open = Domain("payment_state", "in", ("not_paid", "partial", "blocked"))
        is_paid = Domain("payment_state", "in", ("in_payment", "paid"))
        paid_lately = Domain("line_ids.matched_credit_ids.max_date", ">=", since)
        domain = Domain(
            [
                ("commercial_partner_id", "=", customer.id),
                ("company_id", "=", company.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amount_total", ">", 0),
                ("collection_is_contested", "=", False),
            ]
        )
        return self.sudo().search(
            domain & (is_open | (is_paid & paid_lately)),
            order="invoice_date desc, id desc",
        )

    def _get_disputable_amount(self):
        """Return the most that can be disputed: what is open, or else was paid."""
        self.ensure_one()
        return self.amount_residual or self.amount_total

    def _get_disputable_lines(self):
        self.ensure_one()
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.price_total > 0
        )

    # -- while it lasts -----------------------------------------------------------

    def _get_contested_amount(self):
        """Return what is in dispute, in the invoice's currency."""
        self.ensure_one()
        if not self.collection_is_contested:
            return 0.0
        contested = self.collection_dispute_ids.filtered(
            lambda one: disputes.is_contested(one.state, one.is_credited)
        )
        return self.currency_id.round(sum(contested.mapped("amount")))

    def _spread_contested(self):
        """Return ``{open due date: the part of it that is in dispute}`` (sudo)."""
        self.ensure_one()
        lines = self._get_term_lines().filtered(lambda line: not line.reconciled)
        lines = lines.sorted(lambda line: (line.date_maturity or line.date, line.id))
        parts = disputes.spread(
            self._get_contested_amount(),
            lines.mapped("amount_residual_currency"),
            self.currency_id.decimal_places,
        )
        return dict(zip(lines, parts, strict=True))

    def _is_partly_contested(self):
        """Whether the customer disputes a part, and the rest is owed."""
        self.ensure_one()
        move = self.sudo()
        amount = move._get_contested_amount()
        exceeds = move.currency_id.compare_amounts(move.amount_residual, amount) > 0
        return bool(amount) and exceeds

    def _is_wholly_contested(self):
        """Whether nothing is owed that the customer doesn't dispute."""
        self.ensure_one()
        contested = self.sudo().collection_is_contested
        return contested and not self._is_partly_contested()

    def _get_open_parts(self, today):
        """What is due first is disputed first; if all is, the charge waits for it."""
        parts = super()._get_open_parts(today)
        if not parts or not self._is_partly_contested():
            return parts
        parts = sorted(parts, key=lambda part: part.due)
        digits = self.currency_id.decimal_places
        amount = self.sudo()._get_contested_amount()
        disputed = disputes.spread(amount, [part.open for part in parts], digits)
        rest = [
            replace(part, open=self.currency_id.round(part.open - off))
            for part, off in zip(parts, disputed, strict=True)
        ]
        return [part for part in rest if part.open]

    def _get_discount(self, today):
        """An early payment discount is for who pays all of it."""
        discount = super()._get_discount(today)
        return discount if discount and not self._is_partly_contested() else None

    def _get_charge_obstacles(self, now, attempt=None):
        obstacles = super()._get_charge_obstacles(now, attempt)
        for move in self:
            if move._is_wholly_contested():
                obstacles[move].append(Obstacle(CONTESTED, WAIT))
        return obstacles

    def _get_message_obstacles(self, occasion, now):
        obstacles = super()._get_message_obstacles(occasion, now)
        if occasion not in RECEIPTS:
            for move in self:
                contested = move.sudo().collection_is_contested
                if occasion != OCCASION_DUE:
                    contested = move._is_wholly_contested()
                if contested:
                    obstacles[move].append(CONTESTED)
        return obstacles

    def _get_reason_texts(self, params):
        return super()._get_reason_texts(params) | {
            CONTESTED: lambda: self.env._(
                "Held back: the customer disputes the invoice. It will be charged once "
                "the dispute is settled."
            ),
        }

    def _get_explanation_dependencies(self):
        return (
            *super()._get_explanation_dependencies(),
            "collection_dispute_ids.state",
            "collection_dispute_ids.is_credited",
        )

    def _get_explanation_lines(self):
        found = self.sudo().collection_dispute_ids.sorted("id")
        return super()._get_explanation_lines() + [
            ("dispute", dispute._get_history_text()) for dispute in found
        ]

    # -- when it ends -------------------------------------------------------------

    def _post(self, soft=True):
        """A posted credit note settles the accepted disputes of its invoice."""
        posted = super()._post(soft=soft)
        refunds = posted.filtered(lambda move: move.move_type == "out_refund")
        refunds.reversed_entry_id.sudo().collection_dispute_ids._set_credited()
        return posted

    def _resume_contested(self):
        """Resume the charges that waited for the end of a dispute."""
        free = self.sudo().filtered(lambda move: not move.collection_is_contested)
        free.collection_attempt_ids.filtered(
            lambda a: a.state == PLANNED and a.parked_code == CONTESTED
        )._set_unparked()
