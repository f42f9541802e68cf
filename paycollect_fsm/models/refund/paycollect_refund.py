# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules.refund import (
    APPROVED,
    CHECK,
    CREDIT,
    DONE,
    FAILED,
    OPEN_STATES,
    ORIGINAL,
    PROCESSING,
    REFUSED,
    REQUESTED,
    STOP,
    decide,
    needs_approval,
)
from ..company.locks import wait_and_lock

WITHDRAWN = "withdrawn"
STAFF = "paycollect_fsm.group_user"


class PaycollectRefund(models.Model):
    """Money that goes back to a customer: asked for, approved, paid, and booked.

    Of an invoice, with a credit note, or of credit on the customer's account.
    """

    _name = "paycollect.refund"
    _description = "Refund"
    _inherit = ["paycollect.worker.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty if credit on the customer's account is refunded.",
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "paycollect_refund_line_rel",
        "refund_id",
        "line_id",
        string="Invoice Lines",
        readonly=True,
        help="The lines to credit; empty: a share of all of them.",
    )
    credit_line_ids = fields.Many2many(
        "account.move.line",
        "paycollect_refund_credit_rel",
        "refund_id",
        "line_id",
        string="Credit",
        readonly=True,
        help="The customer's credit to refund.",
    )
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    way = fields.Selection(
        [
            (ORIGINAL, "Payment method used"),
            (CHECK, "Check"),
            (CREDIT, "Credit on account"),
        ],
        string="Refund By",
        required=True,
        readonly=True,
        default=ORIGINAL,
    )
    reason = fields.Char(
        required=True, readonly=True, help="Why. It is the credit note's reference."
    )
    refusal = fields.Char(
        string="Reason for Refusing",
        write_groups=STAFF,
        help="Enter it before you select “Refuse.”",
    )
    bank_journal_id = fields.Many2one(
        "account.journal",
        string="Bank",
        readonly=True,
        help="The account that the check is drawn on.",
    )
    check_number = fields.Char(readonly=True)
    state = fields.Selection(
        [
            (REQUESTED, "Requested"),
            (APPROVED, "Approved"),
            (PROCESSING, "Processing"),
            (DONE, "Done"),
            (FAILED, "Failed"),
            (REFUSED, "Refused"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=REQUESTED,
        tracking=True,
        index=True,
    )
    reason_code = fields.Char(readonly=True)
    reason_params = fields.Json(string="Reason Values", readonly=True)
    requested_at = fields.Datetime(string="Requested On", required=True, readonly=True)
    requested_by_id = fields.Many2one("res.users", readonly=True)
    checked_at = fields.Datetime(
        string="Checked with Provider",
        readonly=True,
        help="When the provider last confirmed that this can be refunded.",
    )
    approved_at = fields.Datetime(string="Approved On", readonly=True)
    approved_by_id = fields.Many2one("res.users", readonly=True)
    done_at = fields.Datetime(string="Completed On", readonly=True)
    hours = fields.Float(
        string="Hours to Complete",
        readonly=True,
        aggregator="median",
        help="From the request until the refund was done. Groups show the median.",
    )
    try_at = fields.Datetime(string="Next Try", readonly=True)
    tries = fields.Integer(string="Number of Tries", readonly=True)
    part_ids = fields.One2many(
        "paycollect.refund.part", "refund_id", string="Payments", readonly=True
    )
    credit_note_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="set null"
    )
    payment_id = fields.Many2one(
        "account.payment", string="Check Payment", readonly=True, index="btree_not_null"
    )

    _due = models.Index("(try_at) WHERE try_at IS NOT NULL")

    @api.depends("move_id", "amount", "partner_id")
    def _compute_display_name(self):
        for refund in self:
            refund.display_name = self.env._(
                "Refund of %(amount)s: %(document)s",
                amount=refund.currency_id._format_amount(refund.amount),
                document=refund.move_id.name or refund.partner_id.display_name,
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Refunds are part of the history and can't be deleted.")
        )

    def _read_group_select(self, aggregate_spec, query):
        """Add the aggregate “median” for the time that refunds take."""
        if aggregate_spec != "hours:median":
            return super()._read_group_select(aggregate_spec, query)
        field = self._field_to_sql(self._table, "hours", query)
        done = self._field_to_sql(self._table, "done_at", query)
        return SQL(
            "percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN %s IS NOT NULL "
            "THEN %s END)",
            done,
            field,
        )

    # -- buttons ----------------------------------------

    def action_approve(self):
        """Button: approve the refund, which is then paid (managers only).

        :raise UserError: for whoever requested it, unless the company allows that
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        self._check_state(REQUESTED)
        if not self.env.su and self.sudo()._needs_another_manager(self.env.user):
            raise UserError(self._get_another_manager_text())
        self.sudo().approved_by_id = self.env.uid
        self.sudo()._approve(fields.Datetime.now())

    def action_refuse(self):
        """Button: refuse a refund that isn't being paid yet (Collections users).

        :raise UserError: without a reason
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        self._check_state(REQUESTED, APPROVED)
        if not (self.refusal or "").strip():
            raise UserError(
                self.env._("Enter the reason under “Reason for Refusing” first.")
            )
        self.sudo()._set_refused(WITHDRAWN, {}, fields.Datetime.now())

    def action_refund_rest(self):
        """Button: open the dialog for what a failed refund left over, e.g. to refund
        it by check (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        self._check_state(FAILED)
        is_credit = not self.move_id or self.sudo().credit_note_id
        return self.env["paycollect.refund.start"]._open(
            self.partner_id if is_credit else self.move_id,
            self,
            self.sudo()._get_credit_left(),
        )

    def action_view_documents(self):
        """Button: open the credit note and the payments to the customer."""
        self.ensure_one()
        self.check_access("read")
        payments = self.sudo()._get_payments()
        moves = self.sudo().credit_note_id | payments.move_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
        }

    def _check_state(self, *states):
        """:raise UserError: if it is in another state, perhaps just now"""
        wait_and_lock(self)
        if self.state not in states:
            raise UserError(
                self.env._(
                    "This refund is already “%(state)s.”",
                    state=self._get_state_label(),
                )
            )

    # -- asking for it ----------------------------------------

    @api.model
    def _request(self, vals, now):
        """Record a refund that somebody asks for. Call with sudo.

        Up to the company's limit, it is approved at once.

        :param vals: see ``paycollect.refund.start``
        :param now: naive UTC datetime
        :return: the refund
        :raise UserError: if our books say that it can't be refunded
        """
        draft = self.new(vals)
        decision = decide(draft._get_facts(now))
        if decision.verdict == STOP:
            raise UserError(draft._get_obstacle_text(decision))
        refund = self.create({**vals, "requested_at": now})
        refund._message_log(body=refund._get_preview_text(now))
        company = refund.company_id
        in_company = refund.currency_id._convert(
            refund.amount, company.currency_id, company, company._get_today(now)
        )
        if needs_approval(in_company, company.collection_refund_limit):
            refund._report_request()
            refund._enqueue()
        else:
            refund._approve(now)
        return refund

    def _approve(self, now):
        """Set it approved and queue the work (sudo)."""
        self.write(
            {
                "state": APPROVED,
                "approved_at": now,
                "try_at": now,
                "tries": 0,
            }
        )
        self._close_tasks(self.env._("Approved"))
        self._enqueue()

    def _enqueue(self, eta=None):
        """Queue a job for each refund; the cron covers for missing jobs."""
        for refund in self:
            refund.with_user(SUPERUSER_ID).with_delay(
                eta=eta,
                identity_key=f"paycollect.refund.{refund.id}.{refund.state}.{eta}",
                description=self.env._("Refund %(name)s", name=refund.display_name),
            )._process()

    def _is_open(self):
        self.ensure_one()
        return self.state in OPEN_STATES
