# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.company.locks import wait_and_lock
from ..models.company.moments import format_day
from ..models.company.paycollect_access import GROUP_USER
from ..rules import installment as rules

TIME_TO_ACCEPT = timedelta(days=7)


class PaycollectInstallmentOffer(models.TransientModel):
    """The dialog that offers a customer to pay in parts."""

    _name = "paycollect.installment.offer"
    _description = "Offer a Payment Plan"

    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)
    order_id = fields.Many2one("sale.order", string="Sales Order", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    total = fields.Monetary(string="To Pay", readonly=True)
    count = fields.Integer(string="Number of Parts", default=3, write_groups=GROUP_USER)
    weeks = fields.Integer(
        string="Weeks in Between", default=4, write_groups=GROUP_USER
    )
    first_date = fields.Date(string="First Part On", write_groups=GROUP_USER)
    needs_method = fields.Boolean(
        string="Charge Automatically",
        default=True,
        write_groups=GROUP_USER,
        help="The customer has to choose a payment method when accepting. Otherwise, "
        "the customer may also pay each part by hand.",
    )
    offer_text = fields.Text(string="Note to the Customer", write_groups=GROUP_USER)
    line_ids = fields.One2many(
        "paycollect.installment.offer.line",
        "offer_id",
        string="Parts",
        write_groups=GROUP_USER,
    )
    missing = fields.Monetary(string="Still to Assign", compute="_compute_missing")
    warning = fields.Char(compute="_compute_warning")

    @api.model
    def _open(self, document):
        """Open the dialog for an invoice or an order, with equal parts.

        :raise UserError: if a part of a plan is being charged right now
        """
        plans = self.env["paycollect.installment.plan"]
        former = plans._find_live(document)
        is_order = document._name == "sale.order"
        document = document.sudo()
        vals = plans._prepare_document_vals(document) | {
            "total": document._get_installment_total()
            if is_order
            else document.amount_residual,
            "first_date": document.company_id._get_today() + TIME_TO_ACCEPT,
            "needs_method": former[:1].needs_method if former else True,
            "offer_text": former[:1].offer_text,
        }
        offer = self.sudo().create(vals)
        offer._split()
        return offer._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment Plan"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.depends("line_ids.amount", "total")
    def _compute_missing(self):
        for offer in self:
            given = sum(offer.line_ids.mapped("amount"))
            offer.missing = offer.total - given

    @api.depends("move_id", "order_id")
    def _compute_warning(self):
        plans = self.env["paycollect.installment.plan"]
        for offer in self:
            former = plans._find_live(offer.sudo().move_id or offer.sudo().order_id)
            offer.warning = False
            if former.filtered("accepted_at"):
                offer.warning = self.env._(
                    "The plan in force stays until the customer accepts this one."
                )
            elif former:
                offer.warning = self.env._("The earlier offer is withdrawn.")

    def action_split(self):
        """Button: replace the parts by equal ones, every few weeks."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.move_id or self.order_id)
        if not 1 <= self.count <= rules.MOST_PARTS:
            raise UserError(
                self.env._(
                    "Number of Parts: enter a number between 1 and %(most)s.",
                    most=rules.MOST_PARTS,
                )
            )
        if not 1 <= self.weeks <= 52:
            raise UserError(
                self.env._("Weeks in Between: enter a number between 1 and 52.")
            )
        if not self.first_date:
            raise UserError(self.env._("First Part On: choose a day."))
        self.sudo()._split()
        return self._reopen()

    def _split(self):
        digits = self.currency_id.decimal_places
        amounts = rules.split(self.total, self.count, digits)
        days = rules.get_dates(self.first_date, self.count, self.weeks)
        rows = zip(amounts, days, strict=True)
        self.line_ids = [
            Command.clear(),
            *(
                Command.create({"sequence": number, "amount": amount, "date": day})
                for number, (amount, day) in enumerate(rows, start=1)
            ),
        ]

    def action_confirm(self):
        """Button: offer the plan; the customer gets an email with a link.

        :raise UserError: with the field, its value and its limit; nothing is saved
        """
        self.ensure_one()
        document = self.move_id or self.order_id
        self.env["paycollect.access"]._check_user(document)
        offer, now = self.sudo(), fields.Datetime.now()
        document = document.sudo()
        wait_and_lock(document)
        offer._check(now)
        plan = offer.env["paycollect.installment.plan"]._offer(
            document,
            offer._get_rows(),
            now,
            needs_method=offer.needs_method,
            offer_text=(offer.offer_text or "").strip(),
        )
        return plan.with_env(self.env)._get_records_action()

    def _get_rows(self):
        """Return list of (:class:`installment.Row`, name)."""
        lines = self.line_ids.sorted(lambda line: (line.sequence, line._origin.id))
        percents = lines.mapped("percent")
        amounts = lines.mapped("amount")
        if lines and all(percents) and abs(sum(percents) - 100) < 1e-6:
            digits = self.currency_id.decimal_places
            amounts = rules.share(self.total, percents, digits)
        return [
            (
                rules.Row(
                    self.currency_id.round(amount),
                    line.date or None if line.trigger == rules.DATE else None,
                    line.percent,
                    line.trigger,
                ),
                line.name,
            )
            for line, amount in zip(lines, amounts, strict=True)
        ]

    def _check(self, now):
        total = self._get_total()
        if self.currency_id.compare_amounts(total, self.total):
            raise UserError(
                self.env._(
                    "To Pay: %(now)s is open now, not %(before)s. Open the dialog "
                    "again.",
                    now=self.currency_id._format_amount(total),
                    before=self.currency_id._format_amount(self.total),
                )
            )
        rows = [row for row, _name in self._get_rows()]
        problem = rules.find_problem(
            rows,
            total,
            self.company_id._get_today(now),
            self.currency_id.decimal_places,
        )
        if problem:
            raise UserError(self._get_problem_text(problem, rows))
        if self.move_id and not self.move_id._is_owed():
            raise UserError(self.env._("Nothing is owed for this invoice anymore."))

    def _get_total(self):
        if self.move_id:
            return self.move_id.amount_residual
        return self.order_id._get_installment_total()

    def _get_problem_text(self, problem, rows):
        _, money = self.env._, self.currency_id._format_amount
        row = rows[problem.row - 1] if problem.row else None
        values = {
            "row": problem.row,
            "total": money(self.total),
            "sum": money(problem.sum),
            "difference": money(problem.difference),
            "most": rules.MOST_PARTS,
            "day": format_day(self.env, row.day) if row and row.day else "",
            "percent": row.percent if row else 0,
        }
        texts = {
            "empty": _("Parts: enter at least one."),
            "many": _("Parts: a plan has at most %(most)s parts."),
            "under": _(
                "Amount: the parts add up to %(sum)s, but %(total)s has to be paid. "
                "%(difference)s is missing."
            ),
            "over": _(
                "Amount: the parts add up to %(sum)s, but only %(total)s has to be "
                "paid. That is %(difference)s too much."
            ),
            "amount": _("Amount of part %(row)s: enter more than zero, not %(sum)s."),
            "more": _(
                "Amount of part %(row)s: %(sum)s is more than the %(total)s to pay."
            ),
            "percent": _(
                "Percentage of part %(row)s: enter a number up to 100, not %(percent)s."
            ),
            "day": _("Date of part %(row)s: choose a day."),
            "past": _("Date of part %(row)s: %(day)s is in the past."),
            "far": _("Date of part %(row)s: %(day)s is more than five years ahead."),
            "same_day": _(
                "Date of part %(row)s: another part is due on %(day)s. Combine them."
            ),
            "same_trigger": _(
                "Part %(row)s: another part is due on completion. Combine them."
            ),
        }
        return texts[problem.code] % values


class PaycollectInstallmentOfferLine(models.TransientModel):
    _name = "paycollect.installment.offer.line"
    _description = "Part of an Offered Payment Plan"
    _order = "sequence, id"

    offer_id = fields.Many2one(
        "paycollect.installment.offer", required=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=100)
    currency_id = fields.Many2one(related="offer_id.currency_id")
    name = fields.Char(string="Milestone")
    trigger = fields.Selection(
        [(rules.DATE, "On a date"), (rules.COMPLETION, "On completion")],
        string="When",
        required=True,
        default=rules.DATE,
    )
    date = fields.Date(string="Due On")
    percent = fields.Float(string="Percentage", digits=(5, 2))
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, precompute=True
    )

    @api.depends("percent")
    def _compute_amount(self):
        for line in self:
            if line.percent:
                [line.amount] = rules.share(
                    line.offer_id.total,
                    [line.percent],
                    line.currency_id.decimal_places,
                )[:1]
