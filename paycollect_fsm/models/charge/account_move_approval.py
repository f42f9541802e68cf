# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...rules.approval import ORDERER, Review, describe, find_causes, is_large
from ...rules.const import OPEN_STATES
from ...rules.triggers import get_authorizer
from .paycollect_approval import CHARGE, PAYER


class AccountMove(models.Model):
    """Charges that wait until a person approves them."""

    _inherit = "account.move"

    collection_orderer_ids = fields.Many2many(
        "res.partner",
        "paycollect_move_orderer_rel",
        "move_id",
        "partner_id",
        string="Ordered By",
        copy=False,
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The customers who ordered the work when it was booked.",
    )
    collection_extras = fields.Json(
        string="Extras Billed",
        copy=False,
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Totals of the job's extras: on this invoice, billed before, discount; "
        "and of its order.",
    )
    collection_approved_amount = fields.Monetary(
        string="Approved Amount",
        copy=False,
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The total up to which the charge was approved.",
    )

    collection_to_approve = fields.Boolean(
        string="Charge to Approve",
        compute="_compute_collection_to_approve",
        compute_sudo=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def _get_collection_fields(self):
        return super()._get_collection_fields() | {
            "collection_orderer_ids",
            "collection_extras",
            "collection_approved_amount",
        }

    @api.depends("collection_attempt_ids.state", "collection_attempt_ids.parked_code")
    def _compute_collection_to_approve(self):
        for move in self:
            move.collection_to_approve = move._get_last_attempt()._waits_for_approval()

    # -- facts -------------------------------------------------------------------

    def _post(self, soft=True):
        """Store who ordered the work, also on invoices that accounting creates."""
        posted = super()._post(soft)
        collected = posted.sudo().filtered("company_id.collection_active")
        for move in collected.filtered(lambda m: m.move_type == "out_invoice"):
            move._add_orderers(move._find_orderers())
        return posted

    def _find_orderers(self):
        """Return everyone who ordered work that is on the invoice's lines."""
        lines = self.invoice_line_ids
        orderers = lines.sale_line_ids.order_id.collection_orderer_id
        for job in lines.fsm_order_ids:
            orderers |= job._get_orderers()
        return orderers

    def _add_orderers(self, orderers):
        """Add customers who ordered the work; they stay if their lines are removed."""
        if new := orderers - self.collection_orderer_ids:
            self.collection_orderer_ids = [Command.link(partner.id) for partner in new]

    def _get_review(self, now=None):
        """Return the facts about the invoice that may need an approval.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        move = self.sudo()
        extras = move.collection_extras or {}
        on_invoice = min(extras.get("own", 0.0), move.amount_total)  # once corrected
        return Review(
            stranger=bool(move._find_strangers()),
            total=move.amount_total,
            approved=move.collection_approved_amount,
            extras=on_invoice + extras.get("before", 0.0),
            estimate=extras.get("estimate", 0.0),
            discount=extras.get("discount", 0.0),
            **move._get_review_limits(now),
        )

    def _get_review_limits(self, now):
        return self.collection_policy_id._get_review_limits(
            self.currency_id,
            self.company_id,
            self.invoice_date or self.company_id._get_today(now),
        )

    def _find_strangers(self):
        """Return the other customers who ordered the work, without those approved."""
        return self.env["paycollect.approval"]._find_strangers(
            self.commercial_partner_id, self.collection_orderer_ids, self.company_id
        )

    def _find_approval(self, collectable=None, trigger=None, now=None):
        """Return ``(causes, values for their text)`` of what waits for approval.

        No causes if the charge of what is owed now doesn't wait.

        :param collectable: see ``_get_collectable``; default: computed here
        :param trigger: see ``rules/triggers.py``; default: the open attempt's
        :param now: naive UTC datetime
        """
        self.ensure_one()
        attempt = self._get_last_attempt().filtered(lambda a: a.state in OPEN_STATES)
        review = self._get_review(now)
        collectable = collectable or self._get_collectable(now)[self]
        amount = collectable.ask(ahead=True)
        authorizer = get_authorizer(trigger or attempt.trigger or "manual")
        causes = find_causes(review, amount, authorizer)
        return causes, describe(review, amount, causes) | self._get_party_names()

    # -- approving ---------------------------------------------------------------

    def action_approve_charge(self):
        """Button: open the dialog that says who will be charged, and why it waits."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        wizard = self.env["paycollect.approve"].sudo().create({"move_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approve the Charge"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _approve_charge(self, total):
        """Record the current user's approval, and charge the invoice.

        A planned charge keeps its day; an approval doesn't bring it forward.

        :param total: the invoice's total that the user saw
        :raise AccessError: unless the user is a Collections user or, for amounts and
            discounts, a Collections manager
        :raise UserError: if the invoice changed in the meantime
        """
        self.ensure_one()
        access, move = self.env["paycollect.access"], self.sudo()
        causes, params = move._find_approval()
        check = access._check_manager if is_large(causes) else access._check_user
        check(self)
        if move.currency_id.compare_amounts(move.amount_total, total) > 0:
            raise UserError(
                self.env._(
                    "The total of %(invoice)s is now %(amount)s. Close this dialog, "
                    "check the invoice, then approve the charge again.",
                    invoice=move.name,
                    amount=move.currency_id._format_amount(move.amount_total),
                )
            )
        move._record_approvals(causes, move._get_causes_text(params))
        self.env["paycollect.attempt"].sudo()._resume_approved()
        if not move._has_money_in_flight(move.transaction_ids, None):
            self._plan_collection("manual")

    def _record_approvals(self, causes, reason):
        approvals = self.env["paycollect.approval"]
        if ORDERER in causes:
            for stranger in self._find_strangers():
                approvals._record(self, PAYER, reason, stranger)
        if is_large(causes):
            approvals._record(self, CHARGE, reason)
            self.collection_approved_amount = self.amount_total
