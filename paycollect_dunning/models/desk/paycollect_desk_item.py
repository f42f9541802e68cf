# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import desk
from ...rules.desk import (
    CHARGEBACK,
    DECLINED,
    LETTER,
    MONEY,
    MOST_PARTS,
    OTHER,
    PROMISE,
    UNREACHABLE,
)

# Activities that a person may end; the others end with their cause.
ENDED_BY_HAND = (CHARGEBACK, DECLINED, OTHER, UNREACHABLE)
# The row is shown alone: once it's done, the list is shown instead.
ALONE = "paycollect_desk_alone"
READERS = "paycollect_fsm.group_user,account.group_account_readonly"


class PaycollectDeskItem(models.Model):
    """Everything that needs a person today, by what is at stake.

    Rows are read from what causes them: a row is gone when its cause is. Each kind of
    cause contributes a query, see :meth:`_get_parts`.
    """

    _name = "paycollect.desk.item"
    _description = "Needs You Today"
    _auto = False
    _order = "amount desc, waiting_since, id"
    _rec_name = "document_name"
    _depends = {
        "account.bank.statement.line": ["is_reconciled"],
        "account.move": ["amount_residual_signed", "payment_state", "state"],
        "account.move.line": ["amount_residual", "reconciled", "parent_state"],
        "mail.activity": ["collection_code", "res_id", "summary"],
        "paycollect.attempt": ["parked_code", "state"],
        "paycollect.chargeback": ["amount", "due_at", "state", "withheld_amount"],
        "paycollect.check.notice": ["expected_until", "state"],
        "paycollect.discrepancy": ["amount", "state"],
        "paycollect.dispute": ["is_credited", "state"],
        "paycollect.dunning.case": ["amount", "reason_code", "state"],
        "paycollect.dunning.message": ["channel", "printed_at", "state"],
        "paycollect.handoff": ["amount", "partner_id"],
        "paycollect.promise": ["canceled_at", "handled_at", "until"],
        "paycollect.request": ["state"],
        "sale.order": ["amount_total", "collection_deposit_settlement"],
    }

    kind = fields.Selection(
        [
            (desk.REPLY, "Reply"),
            (desk.DISPUTE, "Dispute"),
            (desk.CREDIT, "Credit note"),
            (desk.REQUEST, "Request"),
            (desk.CHARGEBACK, "Chargeback"),
            (desk.UNKNOWN, "Unknown charge"),
            (desk.DECLINED, "Declined"),
            (desk.PROMISE, "Broken promise"),
            (desk.PLAN, "Broken plan"),
            (desk.CHECK, "Missing check"),
            (desk.MONEY, "Unmatched money"),
            (desk.CALL, "Call"),
            (desk.LETTER, "Letters"),
            (desk.UNREACHABLE, "Unreachable"),
            (desk.HANDOFF, "Hand-over"),
            (desk.CASE, "Dunning"),
            (desk.APPROVAL, "Approval"),
            (desk.DIFFERENCE, "Payout that doesn't add up"),
            (desk.OTHER, "Exception"),
        ],
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    amount = fields.Monetary(
        string="At Stake", readonly=True, help="In the company's currency."
    )
    waiting_since = fields.Date(string="Since", readonly=True)
    deadline = fields.Date(readonly=True)
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document ID", model_field="res_model", readonly=True
    )
    activity_id = fields.Many2one("mail.activity", readonly=True)
    details = fields.Json(readonly=True)
    document_name = fields.Char(
        string="Document", compute="_compute_document_name", compute_sudo=True
    )
    to_do = fields.Char(string="What to Do", compute="_compute_to_do")
    can_be_done = fields.Boolean(compute="_compute_can_be_done")
    can_be_matched = fields.Boolean(
        compute="_compute_can_be_matched", compute_sudo=True
    )

    @property
    def _table_query(self):
        now = fields.Datetime.now()
        companies = self.env["res.company"].sudo()
        companies = companies.search([("collection_active", "=", True)])
        parts = [
            SQL(
                "SELECT part.source_id * %s::bigint + %s AS id, %s AS kind, part.* "
                "FROM (%s) part",
                MOST_PARTS,
                number,
                kind,
                query,
            )
            for number, (kind, query) in enumerate(self._get_parts())
        ]
        return SQL(
            """
            WITH day AS (%(days)s), rate AS (%(rates)s)
            SELECT item.id, item.kind, item.company_id, company.currency_id,
                   item.partner_id, COALESCE(item.amount, 0) AS amount,
                   item.waiting_since, item.deadline, item.res_model, item.res_id,
                   item.activity_id, item.details
              FROM (%(parts)s) item
              JOIN res_company company ON company.id = item.company_id
              JOIN day ON day.company_id = item.company_id
            """,
            days=self.env["paycollect.promise"]._get_company_days(companies, now),
            rates=self._get_rates(companies, now),
            parts=SQL(" UNION ALL ").join(parts),
        )

    def _get_rates(self, companies, now):
        """Return SQL of a table ``company_id, currency_id, factor`` into the company's
        currency of today."""
        currencies = self.env["res.currency"].sudo().search([])
        rows = [
            SQL(
                "(%s, %s, %s::numeric)",
                company.id,
                currency.id,
                currency._get_conversion_rate(
                    currency, company.currency_id, company, company._get_today(now)
                ),
            )
            for company in companies
            for currency in currencies | company.currency_id
        ] or [SQL("(0, 0, 0::numeric)")]
        return SQL(
            "SELECT * FROM (VALUES %s) rate (company_id, currency_id, factor)",
            SQL(", ").join(rows),
        )

    @api.depends("res_model", "res_id")
    def _compute_document_name(self):
        for model, items in self.grouped("res_model").items():
            records = self.env[model].browse(items.mapped("res_id")).exists()
            names = {record.id: record.display_name for record in records}
            for item in items:
                item.document_name = names.get(item.res_id, "")

    @api.depends("kind", "activity_id")
    def _compute_can_be_done(self):
        for item in self:
            item.can_be_done = item.kind == PROMISE or (
                item.activity_id and item.kind in ENDED_BY_HAND
            )

    @api.depends("kind", "res_id")
    def _compute_can_be_matched(self):
        money = self.filtered(lambda item: item.kind == MONEY)
        cases = self.env["paycollect.dunning.case"].browse(money.mapped("res_id"))
        matchable = cases.filtered("bank_line_id")._ids
        for item in self:
            item.can_be_matched = item.kind == MONEY and item.res_id in matchable

    # -- buttons -------------------------------------------------------------------

    def action_open_document(self):
        """Button: open what the row is about."""
        item = self._check_here()
        if item.kind == LETTER:
            name = "paycollect_dunning.action_paycollect_dunning_letter"
            return self.env["ir.actions.act_window"]._for_xml_id(name)
        return {
            "type": "ir.actions.act_window",
            "res_model": item.res_model,
            "res_id": item.res_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_match_money(self):
        """Button: show the payment beside the invoices (Collections users)."""
        item = self._check_here()
        return self.env[item.res_model].browse(item.res_id).action_match_money()

    def action_done(self):
        """Button: nothing more is to be done about it (Collections users).

        :raise UserError: if it ends only with its cause
        """
        self.env["paycollect.access"]._check_user(self.browse())
        item = self._check_here()
        if not item.can_be_done:
            raise UserError(
                self.env._(
                    "This goes away by itself once its cause is settled. Open it to "
                    "see what to do."
                )
            )
        if item.activity_id:
            item.activity_id.sudo().action_feedback(
                feedback=self.env._("Done by %(user)s.", user=self.env.user.name)
            )
        else:
            record = self.env[item.res_model].browse(item.res_id)
            record.action_handle()
        if self.env.context.get(ALONE):
            name = "paycollect_dunning.action_paycollect_desk_item"
            action = self.env["ir.actions.act_window"]._for_xml_id(name)
            return action | {"target": "main"}
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_here(self):
        """Return this row.

        :raise AccessError: for users who don't work here
        :raise UserError: if its cause is gone
        """
        self.env["paycollect.access"]._check_groups(
            self.browse(), READERS, self.env._("Only accounting works on this list.")
        )
        item = self.search([("id", "in", self.ids)], limit=1)
        if not item:
            raise UserError(self.env._("Somebody has already taken care of this."))
        return item
