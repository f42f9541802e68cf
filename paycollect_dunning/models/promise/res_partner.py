# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules.promise import get_promise_facts


class ResPartner(models.Model):
    """What customers promised, and how they kept it."""

    _inherit = "res.partner"

    def _get_promise_facts(self, company, today):
        """Return ``{customer: rules.promise.PromiseFacts}``, in one query.

        :param company: the company that is owed
        :param today: that company's day
        :return: with a key for every commercial partner
        """
        customers = self.commercial_partner_id
        found = {customer: [] for customer in customers}
        promises = self.env["paycollect.promise"].sudo()
        days = SQL("SELECT %s AS company_id, %s::date AS today", company.id, today)
        of_these = SQL(
            """promise.company_id = %s AND promise.partner_id IN (
                SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s))""",
            company.id,
            customers.ids,
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT customer.commercial_partner_id, fact.state, promise.until
                  FROM (%s) fact
                  JOIN paycollect_promise promise ON promise.id = fact.id
                  JOIN res_partner customer ON customer.id = promise.partner_id
                 ORDER BY promise.until, promise.id
                """,
                promises._get_state_query(days, of_these),
            )
        )
        for customer_id, state, until in rows:
            found[self.browse(customer_id)].append((state, until))
        return {customer: get_promise_facts(rows) for customer, rows in found.items()}

    def action_record_promise(self):
        """Button: record by when the customer pays (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        company = self.env.company
        return self._open_promise_dialog(company, company._get_today())

    def _open_promise_dialog(self, company, today, moves=None):
        """Open the dialog with what the customer is asked for.

        :param today: the company's day
        :param moves: the documents that it is about; default: all of them
        :raise UserError: if there is nothing to promise
        """
        customer = self.commercial_partner_id
        promises = self.env["paycollect.promise"].sudo()
        found = self.env["account.move"].sudo()
        if len(customer) == 1:
            items = promises._get_promisable(customer, company, today)
            found = found.union(*(item.move for item in items))
        if moves is not None:
            found &= moves.sudo()
        if not found:
            raise UserError(
                self.env._(
                    "Nothing is asked for here now that could be promised. Select "
                    "open invoices of one customer that aren't disputed, promised or "
                    "taken care of otherwise."
                )
            )
        wizard = self.env["paycollect.promise.record"].sudo()
        first = found.filtered(lambda m: m.currency_id == found[0].currency_id)
        wizard = wizard.create(
            {
                "partner_id": customer.id,
                "company_id": company.id,
                "move_ids": [Command.set(first.ids)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise to Pay"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
