# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

NEW_JOBS = object()  # the value of a context key that no remote call can send


class FSMOrderCollectionLine(models.Model):
    _name = "fsm.order.collection.line"
    _description = "Field Service Order Extra"
    _order = "order_id, sequence, id"

    order_id = fields.Many2one(
        "fsm.order", string="Job", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", required=True, domain=[("sale_ok", "=", True)]
    )
    name = fields.Char(
        string="Description",
        required=True,
        compute="_compute_name",
        precompute=True,
        store=True,
        readonly=False,
    )
    quantity = fields.Float(default=1.0, digits="Product Unit", required=True)
    price_unit = fields.Monetary(
        string="Unit Price",
        compute="_compute_price_unit",
        precompute=True,
        store=True,
        readonly=False,
        help="Price per unit, before the discount.",
    )
    list_price = fields.Monetary(
        compute="_compute_price_unit",
        precompute=True,
        store=True,
        help="The customer's price. If the unit price differs, it was set manually.",
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")
    company_id = fields.Many2one(related="order_id.company_id")
    currency_id = fields.Many2one(related="order_id.collection_currency_id")
    price_subtotal = fields.Monetary(
        string="Amount", compute="_compute_amounts", help="Before taxes."
    )
    price_total = fields.Monetary(string="Total", compute="_compute_amounts")
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Sales Order Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    invoice_line_id = fields.Many2one(
        "account.move.line", readonly=True, copy=False, index="btree_not_null"
    )
    is_billed = fields.Boolean(
        string="Billed", compute="_compute_is_billed", compute_sudo=True
    )

    @api.depends("product_id")
    def _compute_name(self):
        """Name it in the payer's language, as it will be on the invoice."""
        for line in self:
            lang = line.order_id.sudo()._get_payer().lang or self.env.lang
            product = line.product_id.with_context(lang=lang)
            line.name = product.display_name or line.name

    @api.depends("product_id", "quantity")
    def _compute_price_unit(self):
        """Use the price from the customer's pricelist unless one was entered."""
        for line in self:
            by_hand = line.price_unit != line.list_price
            line.list_price = line._get_list_price()
            if not by_hand:
                line.price_unit = line.list_price

    @api.depends("quantity", "price_unit", "discount", "product_id")
    def _compute_amounts(self):
        for line in self:
            price = line.price_unit * (1 - line.discount / 100)
            taxes = line._get_taxes().compute_all(
                price,
                currency=line.currency_id,
                quantity=line.quantity,
                product=line.product_id,
            )
            line.price_subtotal = taxes["total_excluded"]
            line.price_total = taxes["total_included"]

    @api.depends(
        "invoice_line_id.parent_state",
        "sale_line_id.invoice_lines.parent_state",
    )
    def _compute_is_billed(self):
        for line in self:
            line.is_billed = bool(line._get_invoice_lines())

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.order_id.check_access("write")
        lines._check_job_is_open()
        return lines

    def write(self, vals):
        if not self.env.su and self.filtered("is_billed"):
            raise UserError(self._get_billed_message())
        self.order_id.check_access("write")
        result = super().write(vals)
        if "order_id" in vals:
            self.order_id.check_access("write")
            self._check_job_is_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self.order_id.check_access("write")
        if self.filtered("is_billed"):
            raise UserError(self._get_billed_message())

    def _get_billed_message(self):
        return self.env._(
            "“%(names)s” is already on an invoice and cannot be changed here. "
            "Add another extra or ask accounting for a credit note.",
            names=", ".join(self.filtered("is_billed").mapped("name")),
        )

    def _check_job_is_open(self, now=None):
        """Refuse extras on a billed job, where they would never be billed.

        :param now: naive UTC datetime
        :raise UserError: with the next step
        """
        if self.env.context.get("collection_new_jobs") is NEW_JOBS:
            return
        now = now or fields.Datetime.now()
        closed = self.order_id.filtered(
            lambda job: job.is_collection_closed and not job._is_import(now)
        )
        if closed:
            raise UserError(closed._get_closed_message())

    def _get_invoice_lines(self):
        """Return the extra's lines on posted and draft invoices."""
        self.ensure_one()
        lines = self.invoice_line_id | self.sale_line_id.invoice_lines
        return lines.filtered(
            lambda line: (
                line.parent_state != "cancel"
                and line.move_id.move_type == "out_invoice"
            )
        )

    def _is_approved(self):
        """Return whether the charge of an invoice with this extra was approved."""
        moves = self._get_invoice_lines().move_id
        return any(moves.mapped("collection_approved_amount"))

    def _is_billed_as_confirmed(self):
        """Return whether the invoice has the job's quantity, price and discount."""
        self.ensure_one()
        lines = self._get_invoice_lines()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_compare(
            sum(lines.mapped("quantity")), self.quantity, digits
        ) == 0 and not any(
            self.currency_id.compare_amounts(line.price_unit, self.price_unit)
            or float_compare(line.discount, self.discount, 2)
            for line in lines
        )

    def _get_confirmed_text(self):
        self.ensure_one()
        return self.env._(
            "%(name)s: %(quantity)s × %(price)s",
            name=self.name,
            quantity=f"{self.quantity:g}",
            price=self.currency_id._format_amount(
                self.price_unit * (1 - self.discount / 100)
            ),
        )

    def _belongs_on_order(self):
        """Return whether the job's sales order can invoice the extra.

        A combo is invoiced through its items, which an extra does not list.
        """
        self.ensure_one()
        order = self.order_id._get_sale_order()
        return order.state == "sale" and self.product_id.type != "combo"

    def _link_invoice_lines(self, invoice_lines):
        for extra, line in zip(self, invoice_lines.sorted("id"), strict=True):
            extra.invoice_line_id = line

    def _get_list_price(self, now=None):
        """Return the customer's unit price for this quantity, as Odoo computes it.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        job = self.order_id.sudo().with_company(self.order_id.company_id)
        product = self.product_id.sudo().with_company(job.company_id)
        if not product:
            return 0.0
        order, payer = job._get_sale_order(), job._get_payer()
        pricelist = order.pricelist_id or payer.property_product_pricelist
        price = pricelist._get_product_price(
            product,
            self.quantity or 1.0,
            currency=job.collection_currency_id,
            uom=product.uom_id,
            date=order.date_order or now or fields.Datetime.now(),
        )
        return product._get_tax_included_unit_price_from_price(
            price,
            product_taxes=product.taxes_id._filter_taxes_by_company(job.company_id),
            fiscal_position=self._get_fiscal_position(),
        )

    def _get_fiscal_position(self):
        """Return the fiscal position of the sales order or of the payer (sudo)."""
        self.ensure_one()
        job = self.order_id.sudo()
        order = job._get_sale_order()
        if order:
            return order.fiscal_position_id
        return (
            self.env["account.fiscal.position"]
            .sudo()
            .with_company(job.company_id)
            ._get_fiscal_position(job._get_payer())
        )

    def _get_taxes(self):
        """Return the product's taxes in the job's company, mapped for the payer."""
        self.ensure_one()
        company = self.order_id.company_id
        taxes = self.sudo().product_id.taxes_id._filter_taxes_by_company(company)
        return self._get_fiscal_position().map_tax(taxes)

    def _prepare_tax_base_line(self):
        """Return the line in the tax engine's format."""
        self.ensure_one()
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            tax_ids=self._get_taxes(),
            quantity=self.quantity,
            partner_id=self.order_id._get_payer(),
        )

    def _prepare_sale_line_vals(self):
        self.ensure_one()
        return {
            "order_id": self.order_id._get_sale_order().id,
            "is_job_extra": True,
            "fsm_order_id": self.order_id.id,
            "product_id": self.product_id.id,
            "name": self.name,
            "product_uom_qty": self.quantity,
            "qty_delivered": self.quantity,
            "job_ordered_qty": self.quantity,
            "price_unit": self.price_unit,
            "discount": self.discount,
        }

    def _prepare_invoice_line_commands(self):
        return [Command.create(extra._prepare_invoice_line_vals()) for extra in self]

    def _prepare_invoice_line_vals(self):
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "name": self.name,
            "quantity": self.quantity,
            "price_unit": self.price_unit,
            "discount": self.discount,
            "tax_ids": [Command.set(self._get_taxes().ids)],
            "fsm_order_ids": [Command.set(self.order_id.ids)],
        }
