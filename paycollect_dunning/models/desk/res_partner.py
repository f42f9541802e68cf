# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_portal.rules.statement import BUCKETS, get_bucket

from ...rules.const import CLOSED
from ...rules.timeline import get_aging

READERS = "account.group_account_invoice,account.group_account_readonly"
STATEMENT_DAYS = 365


class ResPartner(models.Model):
    """Everything about a customer's debt on one page of the form."""

    _inherit = "res.partner"

    dunning_case_ids = fields.One2many(
        "paycollect.dunning.case", "partner_id", readonly=True, groups=READERS
    )
    dunning_account = fields.Html(
        string="Account",
        compute="_compute_dunning_account",
        compute_sudo=True,
        sanitize=False,
        groups=READERS,
    )
    dunning_timeline = fields.Html(
        string="What Was Said and Paid",
        compute="_compute_dunning_timeline",
        compute_sudo=True,
        sanitize=False,
        groups=READERS,
    )

    @api.depends_context("company", "lang", "uid")
    def _compute_dunning_account(self):
        company = self.env.company
        today = company._get_today()
        render = self.env["ir.qweb"]._render
        customers = self.commercial_partner_id.filtered("id")
        items = customers._get_open_items(company, today)
        for partner in self:
            customer = partner.commercial_partner_id._origin
            if not customer:
                partner.dunning_account = False
                continue
            values = customer._get_account_values(company, today, items[customer])
            partner.dunning_account = render("paycollect_dunning.account", values)

    def _get_account_values(self, company, today, items):
        """Return the values of the page: numbers and aging by currency, and cases."""
        balances = self._get_balances(company, today, items)
        labels = self._get_bucket_labels()
        blocks = []
        for currency, balance in balances.items():
            rows = [(i.due_date, i.residual) for i in items if i.currency == currency]
            aging = get_aging(rows, get_bucket, today, currency.decimal_places)
            blocks.append(
                {
                    "currency": currency,
                    "balance": balance,
                    "aging": [
                        (labels[bucket], aging[bucket])
                        for bucket in BUCKETS
                        if aging.get(bucket)
                    ],
                }
            )
        return {
            "blocks": blocks,
            "cases": self._get_open_cases(company),
            "promises": self._get_promise_facts(company, today)[self],
            "work": self._get_consequences(company, today).get(self),
            "customer": self,
            "format_day": lambda day: format_day(self.env, day),
        }

    def _get_open_cases(self, company):
        return self.env["paycollect.dunning.case"].search(
            [
                ("partner_id", "child_of", self.ids),
                ("company_id", "=", company.id),
                ("state", "!=", CLOSED),
            ]
        )

    # -- buttons -------------------------------------------------------------------

    def action_open_dunning_case(self):
        """Button: open the customer's case, or all of them."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can open a customer's cases.")
        )
        customer = self.commercial_partner_id
        cases = customer.sudo()._get_open_cases(self.env.company)
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Dunning Cases"),
            "res_model": "paycollect.dunning.case",
            "views": [(False, "list"), (False, "form")],
            "domain": [("partner_id", "child_of", customer.id)],
        }
        if len(cases) == 1:
            action |= {"views": [(False, "form")], "res_id": cases.id}
        return action

    def action_print_statement(self):
        """Button: download the customer's statement of the last 12 months."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can print statements.")
        )
        company = self.env.company
        today = company._get_today()
        first = today - timedelta(days=STATEMENT_DAYS)
        customer = self.sudo().commercial_partner_id
        customer = customer.with_context(lang=customer.lang or self.env.lang)
        kind, content = "pdf", customer._get_statement_pdf(first, today, company)
        if not content:
            kind, content = "xlsx", customer._get_statement_xlsx(first, today, company)
        file = self.env["ir.attachment"].create(
            {
                "name": customer._get_statement_filename(first, today, kind),
                "datas": base64.b64encode(content),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{file.id}?download=true",
            "target": "download",
        }
