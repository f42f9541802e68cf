# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL, format_list

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules.consequence import BLOCK, Item, get_consequence
from ...rules.const import CLOSED, SENT, WORK_NONE

NAMED = 3  # documents that a reason names


class ResPartner(models.Model):
    """What unpaid reminders mean for a customer's new work."""

    _inherit = "res.partner"

    dunning_exempt = fields.Boolean(
        string="Never Stop Work",
        company_dependent=True,
        groups="paycollect_fsm.group_user",
        help="Reminders go out as usual, but new work for this customer is never "
        "blocked or prepaid because of them.",
        write_groups="paycollect_fsm.group_user",
    )

    def _get_hold_reasons(self, company, today=None):
        reasons = super()._get_hold_reasons(company, today)
        today = today or company._get_today()
        for customer, found in self._get_consequences(company, today).items():
            if found.work == BLOCK:
                values = self._prepare_overdue_values(found)
                reasons[customer]["overdue"] = self._get_overdue_text(values)
        return reasons

    def _get_consequences(self, company, today):
        """Return what unpaid reminders mean for new work, in bulk.

        :param company: the company that is owed
        :param today: that company's day
        :return: ``{customer: rules.consequence.Consequence}``, without a key for
            customers whose work isn't affected
        """
        if not company.sudo().dunning_active:
            return {}
        told = self.commercial_partner_id._get_told_works(company, today)
        if not told:
            return {}
        customers = self.sudo().browse(told).with_company(company)
        customers = customers.filtered(lambda customer: not customer.dunning_exempt)
        result = {}
        for customer, items in customers._get_open_items(company, today).items():
            works = told[customer.id]
            rows = [
                Item(
                    name=item.move.name or "",
                    currency=item.currency,
                    residual=item.residual,
                    due=item.due_date,
                    state=item.state,
                    work=tuple(works.get(item.line.id, ())),
                )
                for item in items
            ]
            if found := get_consequence(rows):
                result[self.browse(customer.id)] = found
        return result

    def _get_told_works(self, company, today):
        """Return ``{customer's ID: {ID of an open item: [work]}}``, in one query: the
        items that a reminder named at a level that affects new work, and whose payment
        would be booked by now."""
        if not self:
            return {}
        for name in ("paycollect.dunning.case", "paycollect.dunning.message"):
            self.env[name].flush_model(["state"])
        self.env["paycollect.dunning.message.line"].flush_model()
        self.env["paycollect.dunning.level"].flush_model(["work"])
        self.env["account.move.line"].flush_model(["reconciled", "parent_state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT customer.commercial_partner_id, told.line_id, level.work
                  FROM paycollect_dunning_level level
                  JOIN paycollect_dunning_message_line told ON told.level_id = level.id
                  JOIN paycollect_dunning_message message
                    ON message.id = told.message_id AND message.state = %(sent)s
                  JOIN paycollect_dunning_case dunning
                    ON dunning.id = message.case_id AND dunning.state != %(closed)s
                  JOIN res_partner customer ON customer.id = dunning.partner_id
                  JOIN account_move_line item
                    ON item.id = told.line_id
                   AND item.parent_state = 'posted'
                   AND item.reconciled IS NOT TRUE
                 WHERE level.work != %(none)s
                   AND (%(grace)s = 0 OR message.pay_by IS NULL
                        OR message.pay_by + %(grace)s < %(today)s)
                   AND dunning.company_id = %(company)s
                   AND customer.commercial_partner_id = ANY(%(customers)s)
                 GROUP BY customer.commercial_partner_id, told.line_id, level.work
                """,
                sent=SENT,
                closed=CLOSED,
                none=WORK_NONE,
                grace=company.sudo().dunning_grace_days,
                today=today,
                company=company.id,
                customers=self.ids,
            )
        )
        result = {}
        for customer_id, line_id, work in rows:
            result.setdefault(customer_id, {}).setdefault(line_id, []).append(work)
        return result

    def _prepare_overdue_values(self, found):
        """Return what is overdue, ready for JSON."""
        return {
            "amounts": [[c.id, amount] for c, amount in found.amounts.items()],
            "since": found.since and found.since.isoformat(),
            "names": list(found.names[:NAMED]),
            "more": len(found.names[NAMED:]),
        }

    def _get_overdue_text(self, values):
        """Return what is overdue, as a clause without a period.

        :param values: see :meth:`_prepare_overdue_values`
        """
        names = list(values["names"])
        if values["more"]:
            names.append(self.env._("%(count)s more", count=values["more"]))
        currencies = self.env["res.currency"]
        amounts = [
            currencies.browse(currency_id)._format_amount(amount)
            for currency_id, amount in values["amounts"]
        ]
        texts = {
            "amount": format_list(self.env, amounts),
            "invoices": format_list(self.env, names),
        }
        if not values["since"]:
            return self.env._("%(amount)s is overdue (%(invoices)s)", **texts)
        return self.env._(
            "%(amount)s has been overdue since %(day)s (%(invoices)s)",
            day=format_day(self.env, fields.Date.to_date(values["since"])),
            **texts,
        )
