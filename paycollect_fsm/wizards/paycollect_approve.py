# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..models.company.moments import format_day
from ..models.company.paycollect_access import GROUP_MANAGER
from ..rules.approval import ORDERER, is_large


class PaycollectApprove(models.TransientModel):
    """Who will be charged for what, and why that has to be approved."""

    _name = "paycollect.approve"
    _description = "Approve the Charge of an Invoice"

    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=True)
    amount_total = fields.Monetary(
        string="Invoice Total",
        readonly=True,
        compute="_compute_amount_total",
        store=True,
        precompute=True,
        help="The total when this dialog was opened.",
    )
    summary = fields.Char(compute="_compute_texts", compute_sudo=True)
    causes = fields.Char(compute="_compute_texts", compute_sudo=True)
    is_stranger = fields.Boolean(compute="_compute_texts", compute_sudo=True)
    payer_name = fields.Char(compute="_compute_texts", compute_sudo=True)
    orderer_names = fields.Char(compute="_compute_texts", compute_sudo=True)
    may_approve = fields.Boolean(
        compute="_compute_may_approve",
        help="Amounts and discounts above the limits are approved by managers.",
    )

    @api.depends("move_id")
    def _compute_amount_total(self):
        for wizard in self:
            wizard.amount_total = wizard.move_id.amount_total

    @api.depends("move_id")
    def _compute_texts(self):
        for wizard in self:
            move = wizard.move_id
            causes, params = move._find_approval()
            wizard.summary = wizard._get_summary(params["amount"])
            wizard.causes = move._get_causes_text(params)
            wizard.is_stranger = ORDERER in causes
            wizard.payer_name = params["payer"]
            wizard.orderer_names = params["orderers"]

    @api.depends("move_id")
    @api.depends_context("uid")
    def _compute_may_approve(self):
        is_manager = self.env.user.has_group(GROUP_MANAGER)
        for wizard in self:
            causes, _params = wizard.move_id.sudo()._find_approval()
            wizard.may_approve = is_manager or not is_large(causes)

    def _get_summary(self, amount):
        move = self.move_id
        last = move._get_last_attempt()
        token = last.token_id or move._get_tokens_to_charge()[move]
        if not token:
            return self.env._(
                "%(payer)s has no payment method on file that can be charged.",
                payer=move.commercial_partner_id.display_name,
            )
        values = {
            "payer": move.commercial_partner_id.display_name,
            "amount": move.currency_id._format_amount(amount),
            "invoice": move.name,
            "method": token._get_label(),
        }
        if last and last._is_waiting():
            day = move.company_id._get_today(last.planned_at)
            return self.env._(
                "%(payer)s will be charged %(amount)s on %(date)s for %(invoice)s: "
                "%(method)s.",
                date=format_day(self.env, day),
                **values,
            )
        return self.env._(
            "%(payer)s will be charged %(amount)s for %(invoice)s: %(method)s.",
            **values,
        )

    def action_approve(self):
        """Button: approve what the dialog says."""
        self.ensure_one()
        self.move_id._approve_charge(self.amount_total)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
