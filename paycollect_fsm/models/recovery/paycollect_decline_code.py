# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from types import MappingProxyType

from odoo import api, fields, models, tools

from ...rules import declines

SHIPPED_PROVIDERS = {"adyen": "Adyen", "demo": "Demo", "stripe": "Stripe"}


class PaycollectDeclineCode(models.Model):
    """What a provider's decline code means and what people are told about it."""

    _name = "paycollect.decline.code"
    _description = "Decline Code"
    _order = "provider_code, code"
    _rec_name = "code"

    provider_code = fields.Selection(
        selection="_select_provider_code",
        string="Provider",
        help="Empty: the code means the same with every provider.",
    )
    code = fields.Char(required=True, help="As the provider sends it.")
    kind = fields.Selection(
        selection=[
            (declines.SOFT, "Later: try again on another day"),
            (declines.TRANSIENT, "Passing: try again within the day"),
            (declines.HARD, "Final: never this method again"),
            (declines.CUSTOMER, "Customer: must correct the method"),
            (declines.MERCHANT, "Ours: a person decides"),
            (declines.AUTH, "Authentication: the customer confirms"),
        ],
        required=True,
    )
    is_fraud = fields.Boolean(
        string="Fraud", help="No other method is tried after this code."
    )
    ends_consent = fields.Boolean(
        help="The customer withdrew the permission to charge the method."
    )
    is_gone = fields.Boolean(
        string="Method Is Gone",
        help="The method does not exist at the provider any more: it is archived here.",
    )
    max_tries = fields.Integer(
        string="Tries Again",
        help="How often the method is tried again after this code at most. 0: as "
        "often as the retry plan and the card networks allow.",
    )
    staff_text = fields.Char(
        string="Text for Staff", translate=True, help="What happened, for colleagues."
    )
    customer_text = fields.Char(
        string="Text for the Customer",
        translate=True,
        help="What the customer is told. A lost or stolen card is never named.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(COALESCE(provider_code, ''), code)",
        "This provider has a row for this code already.",
    )
    _max_tries_positive = models.Constraint(
        "CHECK(max_tries >= 0)",
        "“Tries Again” cannot be negative. Enter 0 for no limit.",
    )

    @api.model
    def _select_provider_code(self):
        """The providers with shipped codes, and those that are installed."""
        installed = self.env["payment.provider"]._fields["code"].selection
        names = SHIPPED_PROVIDERS | dict(installed)
        return [item for item in names.items() if item[0] != "none"]

    @api.depends("code", "provider_code")
    def _compute_display_name(self):
        for row in self:
            row.display_name = (
                f"{row.provider_code}: {row.code}" if row.provider_code else row.code
            )

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        self.env.registry.clear_cache()
        return rows

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @tools.ormcache()
    def _get_rows(self):
        """Return all active rows for the pure rules, read once per registry."""
        return MappingProxyType(
            {
                (row.provider_code or "", row.code): declines.Row(
                    provider=row.provider_code or "",
                    code=row.code,
                    kind=row.kind,
                    is_fraud=row.is_fraud,
                    ends_consent=row.ends_consent,
                    max_tries=row.max_tries,
                    id=row.id,
                    is_gone=row.is_gone,
                )
                for row in self.sudo().search([])
            }
        )

    @api.model
    def _lookup(self, provider_code, code):
        """Return the :class:`declines.Row` of a provider's code, or None."""
        return declines.find_row(self._get_rows(), provider_code, code)

    @api.model
    def _browse_row(self, provider_code, code):
        """Return the record of a provider's code (sudo), to read its texts."""
        row = self._lookup(provider_code, code)
        return self.sudo().browse(row.id if row else ())
