# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import api, fields, models

from ...rules.readiness import DISPATCH, START, BookingFacts


class FsmOrder(models.Model):
    """How a job is paid, and whether a worker may be dispatched."""

    _name = "fsm.order"
    _inherit = ["fsm.order", "paycollect.booking.mixin"]
    _masked_texts = ("description", "resolution", "todo")

    sale_id = fields.Many2one(index="btree_not_null")
    sale_line_id = fields.Many2one(index="btree_not_null")
    collection_po_number = fields.Char(
        string="PO Number",
        help="The customer's purchase order number. It is also entered on the sales "
        "order, if that has none yet.",
        groups="base.group_user",
        write_groups="fieldservice.group_fsm_user_own",
    )

    @api.depends(
        "stage_id.is_closed",
        "company_id",
        "type",
        "sale_id.collection_policy_id",
        "sale_id.collection_policy_basis",
        "sale_line_id.order_id.collection_policy_id",
        "sale_line_id.order_id.collection_policy_basis",
        "location_id.owner_id.category_id",
        "location_id.owner_id.collection_require_po",
        "location_id.owner_id.commercial_partner_id.category_id",
        "location_id.owner_id.commercial_partner_id.collection_require_po",
        "location_id.owner_id.commercial_partner_id.collection_policy_id",
    )
    def _compute_collection_policy(self):
        return super()._compute_collection_policy()

    @api.model_create_multi
    def create(self, vals_list):
        jobs = super().create(vals_list)
        jobs._pass_on_po_number()
        jobs.filtered("person_id")._apply_dispatch_gate()
        return jobs

    def write(self, vals):
        workers = {job: job.person_id for job in self} if "person_id" in vals else {}
        stages = {job: job.stage_id for job in self} if "stage_id" in vals else {}
        result = super().write(vals)
        self.filtered(
            lambda job: job in stages and job._goes_on_from(stages[job])
        )._check_collection_gate(START)
        if vals.get("collection_po_number"):
            self._pass_on_po_number()
        self.filtered(
            lambda job: (
                job in workers and job.person_id and job.person_id != workers[job]
            )
        )._apply_dispatch_gate()
        return result

    def _pass_on_po_number(self):
        """Enter the job's PO number on its order, whose invoices name it."""
        for job in self.sudo().filtered("collection_po_number"):
            order = job._get_sale_order()
            if order and not order.client_order_ref:
                order.client_order_ref = job.collection_po_number

    def _apply_dispatch_gate(self):
        """Block the assignment of a worker, or log what is not ready to collect.

        A job that is completed in the same step is never blocked.

        :raise: UserError if the policy blocks the dispatch
        """
        jobs = self.filtered(lambda job: not job.stage_id.is_closed)
        jobs._check_collection_gate(DISPATCH)
        jobs._log_collection_warning(DISPATCH)

    def _goes_on_from(self, stage):
        """Whether the work moved to a later stage; completing it is always allowed."""
        return (
            not (self.stage_id.is_closed or stage.is_closed)
            and self.stage_id.sequence > stage.sequence
        )

    def _get_sale_order(self):
        """Return the sale order behind the job, or an empty recordset."""
        self.ensure_one()
        return self.sale_line_id.order_id or self.sale_id

    @api.private
    def _get_payer(self):
        """Return the partner who is invoiced for this job.

        The invoice address of the sale order, else the invoice address of the
        location's owner.
        """
        self.ensure_one()
        job = self.sudo()
        if sale_order := job._get_sale_order():
            return sale_order.partner_invoice_id
        owner = job.location_id.owner_id
        return owner.browse(owner.address_get(["invoice"])["invoice"])

    def _get_readiness_dependencies(self):
        customer = "location_id.owner_id.commercial_partner_id"
        return (
            *super()._get_readiness_dependencies(),
            "stage_id.is_closed",
            "collection_po_number",
            "scheduled_date_start",
            "sale_id.collection_readiness",
            "sale_line_id.order_id.collection_readiness",
            "location_id.owner_id.collection_require_po",
            f"{customer}.collection_require_po",
            "location_id.owner_id.active",
            f"{customer}.active",
            f"{customer}.collection_hold_reason",
            f"{customer}.payment_token_ids.active",
        )

    def _get_override_dependencies(self):
        own = super()._get_override_dependencies()
        return (
            *own,
            *(f"sale_id.{name}" for name in own),
            *(f"sale_line_id.order_id.{name}" for name in own),
        )

    def _get_open_booking_domain(self):
        return [("stage_id.is_closed", "=", False)]

    def _get_open_policy_domain(self):
        return [
            ("stage_id.is_closed", "=", False),
            "|",
            ("collection_policy_id", "=", False),
            "&",
            ("sale_id", "=", False),
            ("sale_line_id", "=", False),
        ]

    def _get_collection_step(self):
        return DISPATCH

    def _is_policy_open(self):
        return not self.stage_id.is_closed or not self.collection_policy_id

    def _set_collection_policy(self):
        """Use the sales order's policy, or else the payer's."""
        alone = self.browse()
        for job in self:
            order = job._get_sale_order()
            if not order:
                alone |= job
                continue
            job.collection_policy_id = order.collection_policy_id
            job.collection_policy_basis = order.collection_policy_basis
        return super(FsmOrder, alone)._set_collection_policy()

    def _prepare_policy_request(self):
        return {**super()._prepare_policy_request(), "order_type": self.type}

    def _get_collection_override(self):
        """Return the job's own release or its sales order's."""
        return super()._get_collection_override() or (
            self._get_sale_order()._get_collection_override()
        )

    def _get_collection_facts(self, today):
        orders = self._get_all_sale_orders()
        order_facts, order_tokens = orders._get_collection_facts(today)
        alone = {job: job._get_payer() for job in self if not job._get_sale_order()}
        tokens = self._get_tokens_by_booking(alone)
        holds = self._get_holds(alone, today)
        facts = {}
        for job in self:
            order = job._get_sale_order()
            if order:
                tokens[job] = order_tokens[order]
                known = order_facts[order]
            else:
                known = BookingFacts(
                    job_date=today,
                    **job._get_method_facts(
                        tokens[job], (job.company_id or self.env.company).currency_id
                    ),
                    **job._get_policy_facts(alone[job], holds[job]),
                )
            facts[job] = replace(
                known,
                job_date=job._get_collection_date() or known.job_date,
                po_given=known.po_given
                or bool((job.collection_po_number or "").strip()),
                closed=job.stage_id.is_closed,
            )
        return facts, tokens

    def _get_all_sale_orders(self):
        return self.sale_line_id.order_id | self.sale_id

    def _get_collection_date(self):
        """Return the scheduled date in the company's time zone, or None."""
        if not self.scheduled_date_start:
            return None
        return self._get_local_day(self.scheduled_date_start)

    def _format_collection_amount(self, amount):
        order = self._get_sale_order()
        if order:
            return order._format_collection_amount(amount)
        return super()._format_collection_amount(amount)
