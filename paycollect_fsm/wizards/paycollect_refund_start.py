# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.company.locks import wait_and_lock
from ..models.company.paycollect_access import GROUP_USER
from ..rules.refund import CHECK, CREDIT, ORIGINAL, STOP, decide, needs_approval


class PaycollectRefundStart(models.TransientModel):
    """The dialog that asks for a refund, and shows where the money goes."""

    _name = "paycollect.refund.start"
    _description = "Refund a Customer"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    credit_line_ids = fields.Many2many(
        "account.move.line",
        "paycollect_refund_start_credit_rel",
        string="Credit",
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    limit = fields.Monetary(string="Refundable", compute="_compute_limit")
    line_ids = fields.Many2many(
        "account.move.line",
        "paycollect_refund_start_line_rel",
        string="Only These Lines",
        domain="[('move_id', '=', move_id), ('display_type', '=', 'product')]",
        write_groups=GROUP_USER,
        help="Credit only these lines. Leave it empty to credit a share of all lines.",
    )
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, write_groups=GROUP_USER
    )
    way = fields.Selection(
        [
            (ORIGINAL, "Payment method used"),
            (CHECK, "Check"),
            (CREDIT, "Credit on account"),
        ],
        string="Refund By",
        required=True,
        default=ORIGINAL,
        write_groups=GROUP_USER,
    )
    bank_journal_id = fields.Many2one(
        "account.journal",
        string="Bank",
        domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]",
        write_groups=GROUP_USER,
    )
    check_number = fields.Char(write_groups=GROUP_USER)
    reason = fields.Char(write_groups=GROUP_USER)  # required by the form
    preview = fields.Char(string="What Happens", compute="_compute_preview")
    needs_approval = fields.Boolean(compute="_compute_preview")

    @api.model
    def _open(self, document, failed=None, credits=None):
        """Open the dialog for an invoice, or for a customer's credit.

        :param document: ``account.move`` or ``res.partner``
        :param failed: a refund that failed, which this one follows
        :param credits: the journal items to refund (sudo), for a customer
        :raise UserError: if there is no credit
        """
        vals = {"reason": failed.reason} if failed else {}
        if document._name == "account.move":
            vals |= document.sudo()._prepare_refund_vals()
        elif credits:
            vals |= {
                "partner_id": document.id,
                "company_id": credits.company_id[:1].id,
                "credit_line_ids": [Command.set(credits.ids)],
                "currency_id": credits.currency_id[:1].id,
            }
        else:
            raise UserError(self.env._("This customer has no credit to refund."))
        wizard = self.sudo().create(vals)
        wizard._propose_way(fields.Datetime.now())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refund"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _propose_way(self, now):
        """Choose the first way that is possible, at least for a part.

        :param now: naive UTC datetime
        """
        for way in (ORIGINAL, CHECK, CREDIT) if self.move_id else (ORIGINAL, CHECK):
            self.way = way
            decision = decide(self._get_draft()._get_facts(now))
            if decision.verdict != STOP or decision.limit:
                return
        self.way = ORIGINAL

    @api.depends("move_id", "credit_line_ids")
    def _compute_limit(self):
        for wizard in self:
            facts = wizard._get_draft()._get_facts(fields.Datetime.now())
            wizard.limit = max(facts.refundable, 0)

    @api.depends("line_ids", "limit")
    def _compute_amount(self):
        for wizard in self:
            chosen = sum(wizard.sudo().line_ids.mapped("price_total"))
            wizard.amount = min(chosen or wizard.limit, wizard.limit)

    @api.depends("amount", "way", "bank_journal_id", "line_ids")
    def _compute_preview(self):
        now = fields.Datetime.now()
        for wizard in self:
            refund = wizard._get_draft()
            wizard.preview = refund._get_preview_text(now)
            company = wizard.company_id.sudo()
            wizard.needs_approval = needs_approval(
                wizard.currency_id._convert(
                    wizard.amount,
                    company.currency_id,
                    company,
                    company._get_today(now),
                ),
                company.collection_refund_limit,
            )

    def action_confirm(self):
        """Button: ask for the refund. It is paid at once, or after an approval.

        :raise UserError: with the field that is missing, or why it isn't possible
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.move_id or self.partner_id)
        self._check_fields()
        refunds = self.env["paycollect.refund"].sudo()
        wait_and_lock((self.move_id or self.credit_line_ids).sudo())
        refund = refunds._request(self._prepare_vals(), fields.Datetime.now())
        return {
            "type": "ir.actions.act_window",
            "res_model": refund._name,
            "res_id": refund.id,
            "view_mode": "form",
        }

    def _check_fields(self):
        _ = self.env._
        if not (self.reason or "").strip():
            raise UserError(_("Enter the reason. It is printed on the credit note."))
        if self.way == CHECK and not self.bank_journal_id:
            raise UserError(_("Choose the bank account that the check is drawn on."))
        if self.way == CREDIT and not self.move_id:
            raise UserError(_("This is credit on the account already."))

    def _get_draft(self):
        return self.env["paycollect.refund"].sudo().new(self._prepare_vals())

    def _prepare_vals(self):
        wizard = self.sudo()
        return {
            "company_id": wizard.company_id.id,
            "partner_id": wizard.partner_id.id,
            "move_id": wizard.move_id.id,
            "line_ids": [Command.set(wizard.line_ids._origin.ids)],
            "credit_line_ids": [Command.set(wizard.credit_line_ids._origin.ids)],
            "currency_id": wizard.currency_id.id,
            "amount": wizard.amount,
            "way": wizard.way,
            "bank_journal_id": wizard.way == CHECK and wizard.bank_journal_id.id,
            "check_number": wizard.way == CHECK and wizard.check_number,
            "reason": (wizard.reason or "").strip(),
            "requested_by_id": self.env.uid,
        }
