# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...rules import installment as rules
from ..company.locks import wait_and_lock

BY_STAFF, REPLACED, OTHER_CUSTOMER = "staff", "replaced", "customer"
SETTLED, ORDER_CANCELED = "settled", "order_canceled"
END_TASK = "plan_end_asked"
READERS = "account.group_account_invoice,account.group_account_readonly"
# Neither declined nor over.
LIVE = Domain("canceled_at", "=", False) & Domain("declined_at", "=", False)
IN_FORCE = LIVE & Domain("accepted_at", "!=", False)


class PaycollectInstallmentPlan(models.Model):
    """An invoice that is paid in parts, as its customer agreed.

    Staff offer a plan, the customer accepts it, and each part is charged on its day by
    one attempt of the engine. What became of it follows from facts. A plan is never
    changed: another one takes its place once the customer accepts that.
    """

    _name = "paycollect.installment.plan"
    _description = "Payment Plan"
    _inherit = ["paycollect.worker.mixin"]
    _order = "id desc"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The plan is for the invoice of this order.",
    )
    amount = fields.Monetary(
        string="Total", required=True, readonly=True, help="The sum of the parts."
    )
    part_ids = fields.One2many(
        "paycollect.installment", "plan_id", string="Parts", readonly=True
    )
    needs_method = fields.Boolean(
        string="Charge Automatically",
        readonly=True,
        help="The customer has to choose a payment method that is charged on each day. "
        "Otherwise, the customer may also pay each part by hand.",
    )
    offer_text = fields.Text(
        string="Note to the Customer", readonly=True, help="Shown with the offer."
    )
    offered_at = fields.Datetime(string="Offered On", required=True, readonly=True)
    offered_by_id = fields.Many2one("res.users", readonly=True)
    replaced_id = fields.Many2one(
        "paycollect.installment.plan",
        string="Replaces",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The plan that this one takes the place of once it is accepted.",
    )
    accepted_at = fields.Datetime(string="Accepted On", readonly=True)
    accepted_by_id = fields.Many2one(
        "res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    recorded_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        help="Who recorded that the customer accepted, if the customer didn't do it "
        "online.",
    )
    token_id = fields.Many2one(
        "payment.token",
        string="Payment Method",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_automatic = fields.Boolean(
        string="Charged Automatically",
        readonly=True,
        help="The customer agreed that the parts are charged on their days.",
    )
    consent_id = fields.Many2one(
        "paycollect.consent",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    declined_at = fields.Datetime(string="Declined On", readonly=True)
    canceled_at = fields.Datetime(string="Canceled On", readonly=True)
    canceled_by_id = fields.Many2one("res.users", readonly=True)
    cancel_reason = fields.Selection(
        [
            (BY_STAFF, "Canceled by staff"),
            (REPLACED, "Replaced by another plan"),
            (rules.EXPIRED, "Not accepted in time"),
            (SETTLED, "Paid before it was accepted"),
            (OTHER_CUSTOMER, "The invoice's customer changed"),
            (ORDER_CANCELED, "The order was canceled"),
            (rules.CHANGED, "More is owed than was agreed on"),
        ],
        readonly=True,
    )
    attempt_ids = fields.One2many(
        "paycollect.attempt", "installment_plan_id", string="Charges", readonly=True
    )
    amount_settled = fields.Monetary(
        string="Paid", compute="_compute_state", compute_sudo=True
    )
    amount_late = fields.Monetary(
        string="Late",
        compute="_compute_state",
        compute_sudo=True,
        help="What is open of parts whose day and days of grace have passed.",
    )
    state = fields.Selection(
        [
            (rules.OFFERED, "Offered"),
            (rules.ACCEPTED, "Accepted"),
            (rules.KEPT, "Kept"),
            (rules.BROKEN, "Broken"),
            (rules.DONE, "Done"),
            (rules.DECLINED, "Declined"),
            (rules.EXPIRED, "Expired"),
            (rules.CANCELED, "Canceled"),
        ],
        string="Status",
        compute="_compute_state",
        compute_sudo=True,
        search="_search_state",
    )

    _one_offer = models.UniqueIndex(
        "(move_id) WHERE accepted_at IS NULL AND declined_at IS NULL "
        "AND canceled_at IS NULL",
        "Another payment plan is offered for this invoice.",
    )
    _one_in_force = models.UniqueIndex(
        "(move_id) WHERE accepted_at IS NOT NULL AND canceled_at IS NULL",
        "This invoice already has a payment plan.",
    )
    _live_idx = models.Index(
        "(company_id, move_id) WHERE canceled_at IS NULL AND declined_at IS NULL"
    )

    @api.depends("move_id", "order_id")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = self.env._(
                "Payment plan for %(document)s",
                document=plan.move_id.name or plan.order_id.name,
            )

    @api.depends(
        "accepted_at",
        "declined_at",
        "canceled_at",
        "cancel_reason",
        "amount",
        "move_id.amount_residual",
        "move_id.state",
        "move_id.collection_attempt_ids.state",
        "part_ids.date",
    )
    def _compute_state(self):
        for plan in self:
            facts = plan._get_facts(plan.company_id._get_today())
            plan.amount_settled = facts.paid
            plan.amount_late = facts.late
            plan.state = rules.get_state(facts)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Payment plans are part of the history and can't be deleted. Cancel "
                "the plan instead."
            )
        )

    # -- offering ----------------------------------------------------------------

    @api.model
    def _offer(self, document, rows, now, **values):
        """Offer a plan to the customer of an invoice or an order; it is told.

        An earlier offer is withdrawn; a plan in force stays until this one is accepted.
        Call with sudo, after checking the rows with ``rules.find_problem``.

        :param document: ``account.move`` or ``sale.order``
        :param rows: list of (:class:`installment.Row`, name)
        :param now: naive UTC datetime
        """
        former = self._find_live(document)
        former.filtered(lambda plan: not plan.accepted_at)._cancel(REPLACED, now)
        plan = self.create(
            {
                **self._prepare_document_vals(document),
                "amount": sum(row.amount for row, _name in rows),
                "offered_at": now,
                "offered_by_id": self.env.uid,
                "replaced_id": former.filtered("accepted_at").id,
                "part_ids": [
                    Command.create(
                        {
                            "sequence": number,
                            "name": name,
                            "amount": row.amount,
                            "percent": row.percent,
                            "trigger": row.trigger,
                            "date": row.day,
                        }
                    )
                    for number, (row, name) in enumerate(rows, start=1)
                ],
                **values,
            }
        )
        plan._tell("offered", now)
        return plan

    @api.model
    def _prepare_document_vals(self, document):
        is_order = document._name == "sale.order"
        payer = document.partner_invoice_id if is_order else document.partner_id
        return {
            "partner_id": payer.commercial_partner_id.id,
            "company_id": document.company_id.id,
            "currency_id": document.currency_id.id,
            "order_id" if is_order else "move_id": document.id,
        }

    @api.model
    def _find_live(self, document):
        """Return the plans (sudo) that are offered or in force for a document."""
        field = "order_id" if document._name == "sale.order" else "move_id"
        return self.sudo().search(LIVE & Domain(field, "=", document.id))

    @api.model
    def _find_in_force(self, moves):
        """Return the accepted plans (sudo) of these invoices, in one query."""
        return self.sudo().search(IN_FORCE & Domain("move_id", "in", moves.ids))

    def _is_in_force(self):
        self.ensure_one()
        return bool(self.accepted_at) and not (self.canceled_at or self.declined_at)

    # -- the end -----------------------------------------------------------------

    def action_cancel(self):
        """Button: end the plans; what is open is owed as if there were none
        (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        now = fields.Datetime.now()
        for plan in self.sudo():
            tells = bool(plan.accepted_at)
            plan._cancel(BY_STAFF, now)
            if tells:
                plan._tell("canceled", now)

    def action_offer_other(self):
        """Button: offer a plan in place of this one (Collections users)."""
        self.ensure_one()
        document = self.move_id or self.order_id
        self.env["paycollect.access"]._check_user(document)
        return self.env["paycollect.installment.offer"]._open(document)

    def action_open_document(self):
        """Button: open the invoice or the order."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can open payment plans.")
        )
        document = self.move_id or self.order_id
        return document._get_records_action()

    def _cancel(self, reason, now):
        """End the plans, and cancel charges that are planned and not claimed yet.

        :param reason: see the field
        :param now: naive UTC datetime
        :raise UserError: if one is over, or a part of it is being charged
        """
        for plan in self:
            plan._lock()
            if plan.accepted_at:
                plan._clear_charges(rules.ENDED, now)
            plan.write(
                {
                    "canceled_at": now,
                    "canceled_by_id": self.env.uid,
                    "cancel_reason": reason,
                }
            )
            plan._close_task(now)
            plan.company_id._close_collection_activities(
                plan.move_id or plan.order_id,
                self.env._("The payment plan has ended."),
                codes=(END_TASK,),
            )
        self.flush_recordset()  # the unique indexes check the table

    def _lock(self):
        """:raise UserError: if the plan is over, or is being worked on for long"""
        self.ensure_one()
        wait_and_lock(self)
        self.invalidate_recordset(["accepted_at", "declined_at", "canceled_at"])
        if self.declined_at or self.canceled_at:
            raise UserError(
                self.env._(
                    "This payment plan can't be changed anymore. Reload the page to "
                    "see what became of it."
                )
            )
