# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

COLLECTION_STATES = [
    ("open", "Not completed"),
    ("nothing", "Nothing to collect"),
    ("to_collect", "To collect"),
    ("charging", "Charging"),
    ("paid", "Paid"),
    ("failed", "Not paid"),
    ("error", "Billing failed"),
]


class FSMOrder(models.Model):
    _inherit = "fsm.order"

    completed_on = fields.Datetime(
        copy=False, readonly=True, help="When the job entered a completing stage (UTC)."
    )
    collection_line_ids = fields.One2many(
        "fsm.order.collection.line",
        "order_id",
        string="Extras",
        help="What was delivered on site beyond the order.",
    )
    collection_currency_id = fields.Many2one(
        "res.currency", compute="_compute_collection_currency_id", compute_sudo=True
    )
    collection_note = fields.Char(
        string="Billing",
        copy=False,
        readonly=True,
        help="What happened when the job was billed.",
    )
    collection_error = fields.Char(copy=False, readonly=True)
    collection_state = fields.Selection(
        COLLECTION_STATES,
        string="Payment",
        compute="_compute_collection_state",
        compute_sudo=True,
    )
    collection_status = fields.Char(
        string="Payment Status",
        compute="_compute_collection_state",
        compute_sudo=True,
        help="What was billed for this job and whether it is paid.",
    )
    # OCA reads them with the technician's rights, who may not see invoices.
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

    @api.depends("completed_on", "collection_error", "collection_note", "invoice_lines")
    def _compute_collection_state(self):
        moves = self.invoice_lines.move_id.filtered(lambda move: move._is_owed())
        collectables = moves._get_collectable()
        for order in self:
            order.collection_state, order.collection_status = (
                order._get_collection_status(collectables)
            )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered("stage_id.is_completing")._on_completed()
        return orders

    def write(self, vals):
        if "stage_id" not in vals:
            return super().write(vals)
        before = {order.id: order.stage_id for order in self}
        self._check_completable(vals["stage_id"])
        result = super().write(vals)
        self.filtered(
            lambda order: (
                order.stage_id.is_completing and not before[order.id].is_completing
            )
        )._on_completed()
        return result

    def action_open_complete(self):
        """Open the summary of what will be billed; confirming it completes."""
        self.ensure_one()
        wizard = self.env["paycollect.complete"].create({"order_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complete %(job)s", job=self.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_completable(self, stage_id):
        stage = self.env["fsm.stage"].browse(stage_id)
        cancelled = self.filtered(
            lambda order: order.stage_id.is_closed and not order.stage_id.is_completing
        )
        if stage.is_completing and cancelled:
            raise UserError(
                self.env._(
                    "%(jobs)s was cancelled and cannot be completed. Move it back to "
                    "an open stage first if the work was done after all.",
                    jobs=", ".join(cancelled.mapped("name")),
                )
            )

    def _on_completed(self):
        """Stamp the completion and bill the jobs of companies that collect."""
        now = fields.Datetime.now()
        for order in self:
            order.write({"completed_on": now, "date_end": order.date_end or now})
        self.filtered("company_id.collection_active")._bill_completed()

    def _get_collection_status(self, collectables):
        """Return ``(state, text)`` of the job's payment, from its invoices.

        :param collectables: what is owed on them, see ``_get_collectable``

        Read with sudo: the technician sees this text, never the invoices.
        """
        self.ensure_one()
        if self.collection_error:
            return "error", self.env._(
                "The job could not be billed. Accounting has been told."
            )
        moves = self.invoice_lines.move_id.filtered(
            lambda move: move.state == "posted" and move.is_sale_document()
        )
        if not moves:
            state = "nothing" if self.completed_on else "open"
            return state, self.collection_note or ""
        states = {move._get_collection_state() for move in moves}
        for state in ("failed", "charging", "to_collect", "paid"):
            if state in states:
                break
        return state, " ".join(
            move._get_status_text(collectables.get(move)) for move in moves
        )
