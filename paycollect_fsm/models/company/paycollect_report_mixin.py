# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition
from odoo.tools import SQL

# Context key: what every row that is asked for meets, as (field, operator, value)
REQUIRED = "collection_required"


class PaycollectReportMixin(models.AbstractModel):
    """A report whose query reads no more than what is asked for."""

    _name = "paycollect.report.mixin"
    _description = "Report"

    def _search(self, domain, *args, **kwargs):
        """Tell the query what is asked for.

        Turn off JIT: compiling the query takes PostgreSQL longer than running it.
        """
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        domain = Domain(domain).optimize_full(self)
        parts = domain.children if isinstance(domain, DomainAnd) else [domain]
        required = tuple(
            (part.field_expr, part.operator, part.value)
            for part in parts
            if isinstance(part, DomainCondition)
        )
        asked = self.with_context(**{REQUIRED: required})
        return super(PaycollectReportMixin, asked)._search(domain, *args, **kwargs)

    @api.model
    def _get_required(self, name):
        """Return (operator, value) of each condition on a field that all rows that are
        asked for meet."""
        conditions = self.env.context.get(REQUIRED, ())
        return [rest for field, *rest in conditions if field == name]

    @api.model
    def _get_first_required_day(self, name):
        """Return the first day of a date field that is asked for, or None."""
        days = [
            fields.Date.to_date(value)
            for operator, value in self._get_required(name)
            if operator in (">", ">=")
        ]
        return max(days, default=None)

    @api.model
    def _get_receivable_ids(self):
        """Return the IDs of all receivable accounts. Given them, and not the type,
        PostgreSQL knows how many journal items to expect."""
        accounts = self.env["account.account"].sudo().with_context(active_test=False)
        return accounts.search(
            [("account_type", "=", "asset_receivable")], order="id"
        ).ids
