# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError


class FSMOrderCollectionLine(models.Model):
    _name = "fsm.order.collection.line"
    _description = "Extra of a Field Service Order"
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
        string="Price",
        compute="_compute_price_unit",
        precompute=True,
        store=True,
        readonly=False,
        help="Price of one unit, without discount.",
    )
    discount = fields.Float(string="Discount (%)", digits="Discount")
    company_id = fields.Many2one(related="order_id.company_id")
    currency_id = fields.Many2one(related="order_id.collection_currency_id")
    price_subtotal = fields.Monetary(
        string="Amount", compute="_compute_amounts", help="Without taxes."
    )
    price_total = fields.Monetary(string="Total", compute="_compute_amounts")
    sale_line_id = fields.Many2one(
        "sale.order.line", readonly=True, copy=False, index="btree_not_null"
    )
    invoice_line_id = fields.Many2one(
        "account.move.line", readonly=True, copy=False, index="btree_not_null"
    )
    is_billed = fields.Boolean(compute="_compute_is_billed", compute_sudo=True)

    @api.constrains("quantity", "discount", "price_unit")
    def _check_amounts(self):
        for line in self:
            if line.quantity <= 0:
                raise ValidationError(
                    self.env._(
                        "The quantity of “%(name)s” must be greater than zero. "
                        "To give something back, use the discount.",
                        name=line.name,
                    )
                )
            if not 0 <= line.discount <= 100:
                raise ValidationError(
                    self.env._(
                        "The discount of “%(name)s” must lie between 0 and 100 %%.",
                        name=line.name,
                    )
                )
            if line.price_unit < 0:
                raise ValidationError(
                    self.env._(
                        "The price of “%(name)s” cannot be negative. "
                        "To give something back, use the discount.",
                        name=line.name,
                    )
                )

    @api.depends("product_id")
    def _compute_name(self):
        for line in self:
            line.name = line.product_id.display_name or line.name

    @api.depends("product_id")
    def _compute_price_unit(self):
        for line in self:
            order = line.order_id
            line.price_unit = line.product_id.currency_id._convert(
                line.product_id.lst_price,
                order.collection_currency_id,
                order.company_id,
                order.company_id._get_today(),
            )

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

    @api.depends("sale_line_id", "invoice_line_id.parent_state")
    def _compute_is_billed(self):
        for line in self:
            line.is_billed = bool(
                line.sale_line_id
                or (
                    line.invoice_line_id
                    and line.invoice_line_id.parent_state != "cancel"
                )
            )

    def write(self, vals):
        if not self.env.su and self.filtered("is_billed"):
            raise UserError(self._get_billed_message())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        if self.filtered("is_billed"):
            raise UserError(self._get_billed_message())

    def _get_billed_message(self):
        return self.env._(
            "“%(names)s” is on an invoice already and cannot be changed here. "
            "Add another extra, or ask accounting for a credit note.",
            names=", ".join(self.filtered("is_billed").mapped("name")),
        )

    def _get_taxes(self):
        """Sales taxes of the product in the job's company, mapped for the payer."""
        self.ensure_one()
        company = self.order_id.company_id
        taxes = self.sudo().product_id.taxes_id._filter_taxes_by_company(company)
        position = (
            self.env["account.fiscal.position"]
            .sudo()
            .with_company(company)
            ._get_fiscal_position(self.order_id._get_payer())
        )
        return position.map_tax(taxes)

    def _prepare_tax_base_line(self):
        """The line as the tax engine wants it."""
        self.ensure_one()
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            tax_ids=self._get_taxes(),
            quantity=self.quantity,
            partner_id=self.order_id._get_payer(),
        )

    def _prepare_sale_line_vals(self, sale_order):
        self.ensure_one()
        return {
            "order_id": sale_order.id,
            "fsm_order_id": self.order_id.id,
            "product_id": self.product_id.id,
            "name": self.name,
            "product_uom_qty": self.quantity,
            "qty_delivered": self.quantity,
            "job_ordered_qty": self.quantity,
            "price_unit": self.price_unit,
            "discount": self.discount,
        }

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
