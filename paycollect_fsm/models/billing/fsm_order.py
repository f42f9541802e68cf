# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from .fsm_order_collection_line import NEW_JOBS

COLLECTION_STATES = [
    ("open", "Not completed"),
    ("nothing", "Nothing to collect"),
    ("unbilled", "Not billed automatically"),
    ("to_collect", "To collect"),
    ("planned", "To be charged"),
    ("held", "On hold"),
    ("approval", "Waiting for approval"),
    ("charging", "Charging"),
    ("paid", "Paid"),
    ("failed", "Not paid"),
    ("difference", "Partially billed"),
    ("error", "Billing failed"),
]
BILLING_STATES = [
    ("due", "To be billed"),
    ("billed", "Billed"),
    ("failed", "Failed"),
    ("skipped", "Not billed"),
]
# Fields whose change may close a job or move it to another order.
ORDER_FIELDS = frozenset({"stage_id", "sale_id", "sale_line_id"})


class FSMOrder(models.Model):
    _inherit = "fsm.order"

    completed_on = fields.Datetime(
        copy=False,
        readonly=True,
        help="When the work was done: when the job entered a completing stage, or its "
        "own end date if that is earlier.",
        groups="base.group_user",
    )
    billing_state = fields.Selection(
        BILLING_STATES,
        string="Billing Status",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Billing progress of the completed job.",
        groups="base.group_user",
    )
    is_collection_closed = fields.Boolean(
        string="Closed to Extras",
        compute="_compute_is_collection_closed",
        compute_sudo=True,
        help="The job is complete: extras can no longer be added.",
        groups="base.group_user",
    )
    collection_line_ids = fields.One2many(
        "fsm.order.collection.line",
        "order_id",
        string="Extras",
        help="Items delivered on site in addition to the order.",
        groups="base.group_user",
        write_groups="fieldservice.group_fsm_user_own",
    )
    collection_currency_id = fields.Many2one(
        "res.currency",
        string="Billing Currency",
        compute="_compute_collection_currency_id",
        compute_sudo=True,
        groups="base.group_user",
    )
    collection_notes = fields.Json(
        string="Billing Notes",
        copy=False,
        readonly=True,
        help="Result of billing the job: codes with their values.",
        groups="base.group_user",
    )
    collection_note = fields.Char(
        string="Billing Note",
        compute="_compute_collection_note",
        help="Result of billing the job.",
        groups="base.group_user",
    )
    collection_error = fields.Char(
        string="Billing Error",
        copy=False,
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
        help="The error, for accounting; others only see that there is one.",
    )
    collection_state = fields.Selection(
        COLLECTION_STATES,
        string="Payment",
        compute="_compute_collection_state",
        compute_sudo=True,
        groups="base.group_user",
    )
    collection_status = fields.Char(
        string="Payment Status",
        compute="_compute_collection_state",
        compute_sudo=True,
        help="What was billed for this job and whether it is paid.",
        groups="base.group_user",
    )
    # OCA reads these as the technician, who has no access to invoices.
    invoice_ids = fields.Many2many(
        compute_sudo=True, groups="account.group_account_invoice"
    )
    invoice_count = fields.Integer(compute_sudo=True)

    @api.depends("sale_id", "sale_line_id", "company_id")
    def _compute_collection_currency_id(self):
        for order in self:
            order.collection_currency_id = (
                order._get_sale_order().currency_id or order.company_id.currency_id
            )

    @api.depends("stage_id.is_completing", "billing_state", "company_id")
    def _compute_is_collection_closed(self):
        for order in self:
            order.is_collection_closed = (
                order.stage_id.is_completing
                and order.company_id.collection_active
                and order.billing_state != "failed"
            )

    @api.depends(
        "completed_on",
        "collection_difference",
        "collection_error",
        "collection_notes",
        "invoice_lines",
        "stage_id",
    )
    def _compute_collection_state(self):
        moves = self.invoice_lines.move_id.filtered(lambda move: move._is_owed())
        collectables = moves._get_collectable()
        for order in self:
            order.collection_state, order.collection_status = (
                order._get_collection_status(collectables)
            )

    @api.model_create_multi
    def create(self, vals_list):
        new = self.with_context(collection_new_jobs=NEW_JOBS)
        orders = super(FSMOrder, new).create(vals_list).with_env(self.env)
        orders.filtered("stage_id.is_completing")._on_completed(created=True)
        return orders

    def write(self, vals):
        if not ORDER_FIELDS.intersection(vals):
            return super().write(vals)
        stages = {order: order.stage_id for order in self}
        stage = self.env["fsm.stage"].browse(vals.get("stage_id"))
        (self.stage_id | stage).mapped("is_completing")  # reads all at once
        sales = self._get_collected_sale_orders()
        if stage:
            self._check_completable(stage)
        result = super().write(vals)
        completed = self.filtered(
            lambda order: (
                order.stage_id.is_completing and not stages[order].is_completing
            )
        )
        completed._on_completed()
        if not stage or stage.is_closed:
            (sales - completed._get_collected_sale_orders())._bill_rest()
        return result

    def unlink(self):
        sales = self._get_collected_sale_orders()
        result = super().unlink()
        sales._bill_rest()
        return result

    def action_open_complete(self):
        """Button: open the billing summary; confirming it completes the job."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["paycollect.complete"].sudo().create({"order_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complete %(job)s", job=self.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.onchange("collection_line_ids")
    def _onchange_collection_line_ids(self):
        added = self.collection_line_ids - self._origin.collection_line_ids
        if self._origin.is_collection_closed and added:
            return {"warning": self._origin._get_closed_warning()}

    def _get_closed_warning(self):
        return {
            "title": self.env._("This job is already complete"),
            "message": self._get_closed_message(),
        }

    def _get_closed_message(self):
        return self.env._(
            "%(jobs)s is already complete, so this extra would not be invoiced. "
            "Reopen the job (move it back to an open stage), add the extra and "
            "complete the job again; only new items are billed. Or ask the office to "
            "do it.",
            jobs=", ".join(self.mapped("name")),
        )

    def _check_completable(self, stage):
        """Require the button, and a canceled job to be reopened before it is billed.

        Field service refuses the stage without the button, too, but doesn't say so.
        """
        by_button = self.env.context.get("bypass_order_completed_stage")
        get_id = self.env["ir.model.data"]._xmlid_to_res_id
        collects = any(self.mapped("company_id.collection_active"))
        completed_id = get_id("fieldservice.fsm_stage_completed")
        if stage.id == completed_id and not by_button and collects:
            raise UserError(
                self.env._(
                    "Open the job and select “Complete”: you will first see what is "
                    "billed and how it is collected."
                )
            )
        canceled_id = get_id("fieldservice.fsm_stage_cancelled")
        canceled = self.filtered(
            lambda order: (
                order.stage_id.id == canceled_id and order.company_id.collection_active
            )
        )
        if stage.is_completing and canceled:
            raise UserError(
                self.env._(
                    "%(jobs)s was canceled and cannot be completed. If the work was "
                    "done after all, move it back to an open stage first.",
                    jobs=", ".join(canceled.mapped("name")),
                )
            )

    def _get_collected_sale_orders(self):
        """Return the sales orders (sudo) behind the jobs of companies that collect."""
        jobs = self.sudo().filtered("company_id.collection_active")
        return jobs.sale_line_id.order_id | jobs.sale_id

    @api.private
    def _is_own_place(self):
        """Return whether we would invoice ourselves."""
        self.ensure_one()
        own, payer = self.company_id.parent_ids.partner_id, self._get_payer()
        (own | payer).mapped("commercial_partner_id")  # reads both at once
        return payer.commercial_partner_id in own.commercial_partner_id

    def _on_completed(self, created=False, now=None):
        """Stamp the completion and bill the jobs of companies that collect.

        :param created: the jobs were created as complete
        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        imported = self.filtered(lambda order: order._is_import(now))
        due = self.filtered("company_id.collection_active") - imported
        same = defaultdict(self.browse)
        for order in self:
            done = order._get_completion_date(now, created)
            ends = order.company_id.collection_active
            end = order.date_end or (ends and done)
            same[done, end, order in due] |= order
        for (done, end, is_due), orders in same.items():
            state = {"billing_state": "due"} if is_due else {}
            orders.sudo().write({"completed_on": done, "date_end": end, **state})
        imported._set_skipped()
        due._bill_completed(now=now)

    def _set_skipped(self):
        self.sudo().write(
            {
                "billing_state": "skipped",
                "collection_notes": [{"code": "imported"}],
            }
        )
