# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules.matching import Payable, choose
from .paycollect_dunning_case_books import UNMATCHED


class PaycollectDunningCase(models.Model):
    """Money that arrived and isn't matched, beside what it may pay."""

    _inherit = "paycollect.dunning.case"

    bank_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Unmatched Payment",
        compute="_compute_bank_line_id",
        compute_sudo=True,
        help="An incoming bank transaction that may be from this customer.",
    )

    bank_line_text = fields.Char(
        string="Unmatched Payment", compute="_compute_bank_line_id", compute_sudo=True
    )

    @api.depends("reason_code", "reason_values")
    @api.depends_context("lang")
    def _compute_bank_line_id(self):
        for case in self:
            line = case._find_bank_line()
            case.bank_line_id = line
            case.bank_line_text = case._describe_bank_line(line) if line else False

    def _describe_bank_line(self, line):
        """Return amount, payer and day of a bank transaction."""
        payer = line.partner_id.display_name or line.partner_name or line.payment_ref
        return self.env._(
            "%(amount)s from %(payer)s on %(day)s",
            amount=line.currency_id._format_amount(line.amount),
            payer=payer or self.env._("unknown"),
            day=format_day(self.env, line.date),
        )

    def _find_bank_line(self):
        """Return the bank line that stopped the case, until it's matched."""
        values = self.reason_values or {}
        found = self.reason_code == UNMATCHED and values.get("line")
        lines = self.env["account.bank.statement.line"].browse(found or [])
        return lines.exists().filtered(lambda line: not line.is_reconciled)

    def action_match_money(self):
        """Button: show the payment beside the invoices (Collections users).

        :raise UserError: if the payment has been matched in the meantime
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        case = self.sudo()
        bank_line = case._find_bank_line()
        if not bank_line:
            raise UserError(self.env._("The payment has been matched in the meantime."))
        items = case._find_payable()
        chosen = choose(
            bank_line._get_paid_amount(),
            " ".join(filter(None, (bank_line.payment_ref, bank_line.ref))),
            [_get_payable(item) for item in items],
        )
        dialog = case.env["paycollect.bank.match"].create(
            {
                "case_id": case.id,
                "bank_line_id": bank_line.id,
                "owed": sum(items.mapped("amount_residual_currency")),
                "line_ids": [Command.set(chosen)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": dialog._description,
            "res_model": dialog._name,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
        }

    def _find_payable(self):
        """Return the open items that a payment can pay, oldest due first."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id.commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", ">", 0),
            ]
        )
        return self._sort_payable(lines)


def _get_payable(line):
    move = line.move_id
    references = (move.name or "", move.payment_reference or "")
    return Payable(line.id, line.amount_residual_currency, references)
