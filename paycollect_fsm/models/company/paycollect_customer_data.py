# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain


class PaycollectCustomerData(models.AbstractModel):
    """What is stored about a customer, and for how long.

    Each room declares its own models and fields. Exports, erasures and retention read
    these declarations.
    """

    _name = "paycollect.customer.data"
    _description = "Data About a Customer"

    @api.model
    def _get_customer_rows(self):
        """Hook: ``{model: privacy.CustomerRows}``; each room adds its own."""
        return {}

    @api.model
    def _get_retentions(self):
        """Hook: list of :class:`privacy.Retention`; each room adds its own."""
        return []

    @api.model
    def _is_about_customers(self, model):
        """Whether the records of a model are a customer or concern one."""
        return model in self._get_customer_rows()

    @api.model
    def _get_rows_domain(self, model, partners, company):
        """Hook: domain of the rows of a model that concern these contacts.

        :param partners: all contacts of a customer
        """
        rows = self._get_customer_rows()[model]
        domain = Domain.OR([(path, "in", partners.ids)] for path in rows.partner)
        domain &= Domain(list(rows.domain))
        if rows.company:
            domain &= Domain(rows.company, "=", company.id)
        return domain

    @api.model
    def _search_rows(self, model, partners, company):
        """Return these rows (sudo), archived ones included."""
        domain = self._get_rows_domain(model, partners, company)
        records = self.env[model].sudo().with_context(active_test=False)
        return records.search(domain, order="id")
