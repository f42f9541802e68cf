# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules.blocks import (
    AS_USED,
    AT_ONCE,
    BY_CHARGE,
    BY_LINK,
    HOURS,
    MONEY,
    NO_REFILL,
    find_problem,
)

EDITORS = "paycollect_fsm.group_manager,base.group_system"
SETTING = {"groups": "base.group_user", "write_groups": EDITORS}


class ProductTemplate(models.Model):
    """A product that is a block of prepaid hours, or of money for services."""

    _inherit = "product.template"

    hour_block_kind = fields.Selection(
        [(HOURS, "A block of hours"), (MONEY, "A block of money")],
        string="Prepaid Service",
        help="The customer pays it in advance, and jobs draw it down.",
        **SETTING,
    )
    hour_block_since = fields.Datetime(
        string="Prepaid Since",
        compute="_compute_hour_block_since",
        store=True,
        help="What was invoiced earlier doesn't count as a prepaid block.",
        **SETTING,
    )
    hour_block_hours = fields.Float(
        string="Hours in a Block", digits="Product Unit", **SETTING
    )
    hour_block_pays_all = fields.Boolean(
        string="Also Pays Material",
        help="A block of hours also pays material and flat fees, by their value at the "
        "block's price per hour. A block of money also pays material.",
        **SETTING,
    )
    hour_block_income = fields.Selection(
        [(AS_USED, "As it is used"), (AT_ONCE, "When it is sold")],
        string="Income Is Recognized",
        default=AS_USED,
        help="As it is used: the sale is booked on the company's account for prepaid "
        "services, and becomes income with the jobs that draw it.",
        **SETTING,
    )
    hour_block_days = fields.Integer(
        string="Valid For (Days)",
        help="Days from the invoice after which what is left expires. 0 = no end.",
        **SETTING,
    )
    hour_block_warning_days = fields.Integer(
        string="Warn Before Expiry (Days)",
        default=14,
        help="Days before the end on which the customer is told by email what is left. "
        "0 = not at all.",
        **SETTING,
    )
    hour_block_refill = fields.Selection(
        [
            (NO_REFILL, "Not by itself"),
            (BY_LINK, "Send an offer with a payment link"),
            (BY_CHARGE, "Charge it, if the customer agreed; else send an offer"),
        ],
        string="Next Block",
        default=NO_REFILL,
        help="What happens when less than the threshold is left.",
        **SETTING,
    )
    hour_block_threshold = fields.Float(
        string="Threshold",
        digits="Product Unit",
        help="Hours, or an amount for a block of money.",
        **SETTING,
    )

    @api.depends("hour_block_kind")
    def _compute_hour_block_since(self):
        now = self.env.cr.now().replace(microsecond=0)
        for product in self:
            since = product.hour_block_since or now
            product.hour_block_since = product.hour_block_kind and since

    @api.constrains(
        "hour_block_kind",
        "hour_block_hours",
        "hour_block_threshold",
        "hour_block_days",
        "hour_block_warning_days",
        "type",
        "invoice_policy",
        "field_service_tracking",
    )
    def _check_hour_block(self):
        for product in self:
            code = find_problem(
                product.hour_block_kind,
                product.hour_block_hours,
                product.hour_block_threshold,
                product.hour_block_days,
                product.hour_block_warning_days,
                product._is_sold_in_advance(),
            )
            if code:
                raise ValidationError(product._get_hour_block_problem(code))

    def _is_sold_in_advance(self):
        """Whether it is a service that is invoiced as ordered and creates no job."""
        return (
            self.type == "service"
            and self.invoice_policy == "order"
            and self.field_service_tracking == "no"
        )

    def _get_hour_block_problem(self, code):
        values = {"product": self.display_name}
        return {
            "service": self.env._(
                "“%(product)s” is prepaid: select the product type “Service,” the "
                "invoicing policy “Prepaid/Fixed Price,” and no field service order.",
                **values,
            ),
            "negative": self.env._(
                "The threshold and the days of “%(product)s” can't be negative. Enter "
                "0 for none.",
                **values,
            ),
            "hours": self.env._(
                "Enter under “Hours in a Block” how many hours “%(product)s” has.",
                **values,
            ),
            "threshold": self.env._(
                "“Threshold” of “%(product)s” is %(threshold)g, but it must be below "
                "the %(hours)g hours of a block.",
                threshold=self.hour_block_threshold,
                hours=self.hour_block_hours,
                **values,
            ),
        }[code]

    @api.onchange("hour_block_kind")
    def _onchange_hour_block_kind(self):
        if self.hour_block_kind:
            self.type = "service"
            self.invoice_policy = "order"
            self.field_service_tracking = "no"

    def _get_product_accounts(self):
        """Book the sale of a block on the account for prepaid services."""
        accounts = super()._get_product_accounts()
        if account := self._get_hour_block_account():
            accounts["income"] = account
        return accounts

    def _get_earned_account(self):
        """Return the account of the income once it is earned (sudo)."""
        earned = self.sudo().with_context(hour_block_earned=True)
        return earned._get_product_accounts()["income"]

    def _get_hour_block_account(self):
        """Return the account (sudo) that holds the income back, or none."""
        product = self.sudo()
        company = product.company_id or self.env.company.sudo()
        if (
            not product.hour_block_kind
            or product.hour_block_income != AS_USED
            or not company.collection_active
            or self.env.context.get("hour_block_earned")
        ):
            return self.env["account.account"]
        return company.collection_block_account_id
