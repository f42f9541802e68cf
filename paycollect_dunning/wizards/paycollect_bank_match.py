# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.matching import allocate

WAIT, GO_ON = "wait", "go_on"
REST_DAYS = timedelta(days=7)


class PaycollectBankMatch(models.TransientModel):
    """Dialog: a payment from the bank beside the invoices that it may pay."""

    _name = "paycollect.bank.match"
    _description = "Match Payment"

    case_id = fields.Many2one("paycollect.dunning.case", required=True, readonly=True)
    bank_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank Transaction",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="case_id.partner_id")
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="case_id.currency_id")
    bank_currency_id = fields.Many2one(
        related="bank_line_id.currency_id", string="Bank Currency"
    )
    date = fields.Date(related="bank_line_id.date")
    amount = fields.Monetary(
        related="bank_line_id.amount", currency_field="bank_currency_id"
    )
    payment_ref = fields.Char(related="bank_line_id.payment_ref")
    payer = fields.Char(related="bank_line_id.partner_name")
    account_number = fields.Char(related="bank_line_id.account_number")
    owed = fields.Monetary(
        readonly=True, help="All that was open when the dialog was opened."
    )
    line_ids = fields.Many2many("account.move.line", string="Pays")
    summary = fields.Text(compute="_compute_summary")
    rest = fields.Monetary(
        string="Still Due",
        compute="_compute_summary",
        help="What is due by today and stays open.",
    )
    then = fields.Selection(
        [
            (WAIT, "Give the customer time for the rest"),
            (GO_ON, "Let reminders go on today"),
        ],
        string="And Then",
        required=True,
        default=WAIT,
    )
    wait_until = fields.Date(
        string="Until", default=lambda self: self.env.company._get_today() + REST_DAYS
    )

    @api.depends("line_ids", "bank_line_id")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = "\n".join(wizard.sudo()._get_summary())
            wizard.rest = wizard.sudo()._get_rest()

    def _get_rest(self):
        """Return what is due by today and stays open."""
        today, chosen = self.company_id._get_today(), self._get_chosen()
        parts, _rest = allocate(
            self.bank_line_id._get_paid_amount(),
            chosen.mapped("amount_residual_currency"),
        )
        paid = dict(zip(chosen, parts, strict=True))
        return self.currency_id.round(
            sum(
                line.amount_residual_currency - paid.get(line, 0.0)
                for line in self.case_id._find_payable()
                if (line.date_maturity or line.date) <= today
            )
        )

    def _get_chosen(self):
        """Return the chosen items, oldest due first."""
        chosen = self.line_ids._origin
        return self.case_id._find_payable().filtered(lambda line: line in chosen)

    def _get_summary(self):
        """Return what the payment does to each item, and the rest, in words."""
        _, lines = self.env._, self._get_chosen()
        paid = self.bank_line_id._get_paid_amount()
        parts, rest = allocate(paid, lines.mapped("amount_residual_currency"))
        texts = []
        for line, part in zip(lines, parts, strict=True):
            residual = line.amount_residual_currency
            values = {
                "invoice": line.move_id.name,
                "amount": self.currency_id._format_amount(part),
                "rest": self.currency_id._format_amount(residual - part),
            }
            if self.currency_id.compare_amounts(part, residual) < 0:
                texts.append(
                    _("%(invoice)s: %(amount)s is paid, %(rest)s stays open.", **values)
                )
            else:
                texts.append(_("%(invoice)s: %(amount)s, paid in full.", **values))
        if lines and not self.currency_id.is_zero(rest):
            texts.append(
                _(
                    "%(amount)s stays as the customer's credit on account.",
                    amount=self.currency_id._format_amount(rest),
                )
            )
        return texts

    def action_match(self):
        """Button: match the payment with the chosen items (Collections users).

        :raise UserError: if the payment is matched, or what is owed has changed, since
            the dialog was opened
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.case_id)
        wizard = self.sudo()
        lines = wizard._check_chosen()
        company = wizard.company_id
        if wizard.rest and wizard.then == WAIT:
            wizard._hold_rest()
        wizard.bank_line_id.with_company(company)._pay_items(wizard.partner_id, lines)
        wizard.case_id.message_post(
            body=self.env._(
                "Matched by %(user)s: %(payment)s. %(summary)s",
                user=self.env.user.name,
                payment=wizard.bank_line_id.payment_ref or "",
                summary=", ".join(lines.move_id.mapped("name")),
            )
        )
        self.env.ref("paycollect_dunning.cron_dunning").sudo()._trigger()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _hold_rest(self):
        """Send nothing about the rest until the chosen day.

        :raise UserError: without a day after today
        """
        if not self.wait_until or self.wait_until <= self.company_id._get_today():
            raise UserError(
                self.env._("Choose a day after today until which reminders wait.")
            )
        reason = self.env._(
            "%(amount)s arrived; time to pay the rest of %(rest)s.",
            amount=self.bank_line_id.currency_id._format_amount(self.amount),
            rest=self.currency_id._format_amount(self.rest),
        )
        self.case_id._hold(reason, self.wait_until, self.env.user)

    def _check_chosen(self):
        """Return the chosen items.

        :raise UserError: if there are none, or they aren't what the user saw
        """
        lines, payable = self._get_chosen(), self.case_id._find_payable()
        owed = sum(payable.mapped("amount_residual_currency"))
        if self.currency_id.compare_amounts(owed, self.owed) or self.line_ids - lines:
            raise UserError(
                self.env._(
                    "What this customer owes has changed in the meantime. Close this "
                    "dialog and look again."
                )
            )
        if not lines:
            raise UserError(self.env._("Choose what the payment is for."))
        return lines
