# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from types import MappingProxyType

from odoo import api, fields, models, tools
from odoo.fields import Domain

from ...rules import declines

SHIPPED_PROVIDERS = {"adyen": "Adyen", "demo": "Demo", "stripe": "Stripe"}


class PaycollectDeclineCode(models.Model):
    """What a provider's decline code means, and how it is explained."""

    _name = "paycollect.decline.code"
    _description = "Decline Code"
    _order = "provider_code, code"
    _rec_name = "code"

    provider_code = fields.Selection(
        selection="_select_provider_code",
        string="Provider",
        help="Leave empty if the code means the same for every provider.",
    )
    code = fields.Char(required=True, help="The code as the provider sends it.")
    kind = fields.Selection(
        selection=list(declines.KIND_LABELS.items()),
        string="Decline Type",
        required=True,
        help="Soft decline: retried on another day.\n"
        "Temporary: retried within a day.\n"
        "Hard decline: this payment method is never charged again.\n"
        "Customer must act: the customer has to update the payment method.\n"
        "Merchant issue: needs fixing on our side.\n"
        "Authentication required: the customer has to confirm the payment.",
    )
    is_fraud = fields.Boolean(
        string="Fraud", help="No other payment method is charged after this code."
    )
    ends_consent = fields.Boolean(
        help="The customer withdrew permission to charge the payment method.",
    )
    is_gone = fields.Boolean(
        string="Method Removed",
        help="The payment method no longer exists at the provider. It is archived "
        "here.",
    )
    max_tries = fields.Integer(
        string="Maximum Retries",
        help="How many times the payment method may be retried after this code. 0 = "
        "limited only by the retry plan and the card networks.",
    )
    staff_text = fields.Char(
        string="Staff Message",
        translate=True,
        help="Explains the decline to your team.",
    )
    customer_text = fields.Char(
        string="Customer Message",
        translate=True,
        help="Explains the decline to the customer. It must never reveal that a card "
        "was reported lost or stolen.",
    )
    active = fields.Boolean(default=True)
    is_in_use = fields.Boolean(
        compute="_compute_is_in_use",
        search="_search_is_in_use",
        help="The code belongs to an enabled provider, or to any provider.",
    )

    _code_uniq = models.UniqueIndex(
        "(COALESCE(provider_code, ''), code)",
        "This decline code already exists for this provider.",
    )
    _max_tries_positive = models.Constraint(
        "CHECK(max_tries >= 0)",
        "“Maximum Retries” can't be negative. Enter 0 for no limit.",
    )

    @api.model
    def _select_provider_code(self):
        """Return the providers with shipped codes and the installed ones."""
        installed = self.env["payment.provider"]._fields["code"].selection
        names = SHIPPED_PROVIDERS | dict(installed)
        return [item for item in names.items() if item[0] != "none"]

    @api.depends("provider_code")
    def _compute_is_in_use(self):
        used = self._get_used_providers()
        for row in self:
            row.is_in_use = row.provider_code in used

    @api.model
    def _search_is_in_use(self, operator, value):
        if operator != "in":
            return NotImplemented
        used = Domain("provider_code", "in", self._get_used_providers())
        return Domain.OR(used if item else ~used for item in value)

    @api.model
    def _get_used_providers(self):
        """Return the codes of the enabled providers, and False for any provider."""
        enabled = (
            self.env["payment.provider"]
            .sudo()
            ._read_group([("state", "!=", "disabled")], ["code"])
        )
        return [False, *(code for (code,) in enabled)]

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
        """Return all active rows for the pure rules; cached per registry."""
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
        """Return the record of a provider's code (sudo), or none."""
        row = self._lookup(provider_code, code)
        return self.sudo().browse(row.id if row else ())
