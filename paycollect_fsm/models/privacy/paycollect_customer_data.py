# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain

from ...rules.privacy import CustomerRows, get_limit

BATCH = 1000


class PaycollectCustomerData(models.AbstractModel):
    """Blanks what is no longer needed, and what a customer asked to forget."""

    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {"paycollect.erasure": CustomerRows()}

    @api.model
    def _blank(self, partners, company):
        """Blank the personal fields of all rows about these contacts.

        :return: ``{model: number of rows}``
        """
        counts = {}
        for model, rows in self._get_customer_rows().items():
            if not rows.personal:
                continue
            found = self._search_rows(model, partners, company)
            found = found.filtered_domain(list(rows.ended))
            filled = found.filtered(lambda row, r=rows: any(row[n] for n in r.personal))
            filled.write(dict.fromkeys(rows.personal, False))
            if filled:
                counts[model] = len(filled)
        return counts

    @api.model
    def _cron_retain(self, now=None):
        """Blank what each company no longer keeps, in batches; each is committed.

        Also repeats what providers refused when a customer was forgotten.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        self.env["paycollect.erasure"]._cron_remove()
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        for company in companies.search([], order="id"):
            for retention in self._get_retentions():
                if not self._apply_retention(retention, company, now):
                    return  # Odoo calls it again soon
        self.env["ir.cron"]._commit_progress(remaining=0)

    def _apply_retention(self, retention, company, now):
        """Blank what is older than the company's setting.

        :return: whether there is time left
        """
        limit = get_limit(now, company[retention.setting])
        if not limit:
            return True
        filled = Domain.OR([(name, "!=", False)] for name in retention.blanked)
        domain = Domain(list(retention.domain)) & filled
        domain &= Domain(retention.date, "<", limit)
        domain &= Domain(retention.company, "=", company.id)
        records = self.env[retention.model].sudo().with_context(active_test=False)
        while old := records.search(domain, order="id", limit=BATCH):
            if retention.model == "paycollect.message":
                self._blank_sent(
                    old, self._find_addresses(old.partner_id.browse(), old)
                )
            old.write(dict.fromkeys(retention.blanked, False))
            if not self.env["ir.cron"]._commit_progress(len(old), remaining=1):
                return False
        return True
