# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.rules.collectable import AUTOMATIC
from odoo.addons.paycollect_fsm.rules.const import OPEN_STATES

from ...rules import autopay, scheduled
from ...rules.open_items import SCHEDULED


class AccountMoveLine(models.Model):
    """Open items that autopay or a scheduled payment is going to pay."""

    _inherit = "account.move.line"

    def _get_item_reasons(self, today):
        reasons = super()._get_item_reasons(today)
        for line, payment in self._get_scheduled_payments().items():
            reasons[line].setdefault(SCHEDULED, payment.date)
        for charges in self._get_autopay_charges(today).values():
            for charge in charges:
                for part in charge.parts if not charge.problem else ():
                    reasons[part.line].setdefault(SCHEDULED, charge.day)
        return reasons

    @api.model
    def _get_reason_candidates(self, company):
        payments = self.env["paycollect.scheduled.payment"].sudo()
        planned = payments.search(
            [("state", "=", scheduled.PLANNED), ("company_id", "=", company.id)]
        )
        rows = self.env["paycollect.autopay"].sudo()
        customers = rows.search([("company_id", "=", company.id)]).partner_id
        self.env["account.move"].flush_model(["commercial_partner_id"])
        return [
            *super()._get_reason_candidates(company),
            SQL("SELECT unnest(%s::integer[])", planned.line_ids.move_id.ids),
            SQL(
                """
                SELECT id FROM account_move
                 WHERE commercial_partner_id = ANY(%s) AND company_id = %s
                """,
                customers.ids,
                company.id,
            ),
        ]

    def _get_scheduled_payments(self):
        """Return ``{line: the scheduled payment that waits for its day}``, in bulk."""
        payments = self.env["paycollect.scheduled.payment"].sudo()
        found = payments.search(
            [("state", "=", scheduled.PLANNED), ("line_ids", "in", self.ids)],
            order="date desc, id desc",
        )
        return {line: payment for payment in found for line in payment.line_ids & self}

    def _get_autopay_charges(self, today):
        """Return what autopay is going to charge of these open items, in bulk.

        :return: ``{autopay: [autopay.Charge]}`` (sudo)
        """
        result = {}
        for company, lines in self.grouped("company_id").items():
            customers = lines.partner_id.commercial_partner_id
            rows = self.env["paycollect.autopay"]._find_active(customers, company)
            if not rows or not company.sudo().collection_active:
                continue
            covered = lines._filter_autopay(rows)
            items = {(i.autopay_id, i.line_id): i for i in rows._search_items(covered)}
            spent, none = rows._get_spent(today), rows.item_ids.browse()
            credits = covered._get_autopay_credits(rows, company)
            for row in rows:
                parts = [
                    row._prepare_part(line, items.get((row, line.sudo()), none), today)
                    for line in covered
                    if line.partner_id.commercial_partner_id == row.partner_id
                ]
                digits = company.currency_id.decimal_places
                result[row] = autopay.plan(
                    row._get_terms(),
                    parts,
                    today,
                    spent[row],
                    digits,
                    credits[row.partner_id],
                )
        return result

    def _get_autopay_credits(self, rows, company):
        """Return ``{customer: {account: the credit that is deducted before money}}``,
        in bulk; it matters for limits only.

        :param rows: ``paycollect.autopay``
        """
        credits = {customer: {} for customer in rows.partner_id}
        limited = rows.filtered(lambda row: row.max_amount or row.max_month)
        if not self or company.sudo().collection_credit_use != AUTOMATIC:
            return credits
        for key, items in self._get_open_credits(
            limited.partner_id, company, company.currency_id
        ).items():
            customer, _company, _currency, account = key
            credits[customer][account] = sum(items.values())
        return credits

    def _filter_autopay(self, rows):
        """Return the lines (sudo) of invoices that autopay may charge; what another
        customer ordered waits for an approval, as for the policy, and what is in
        dispute for its end."""
        owed = self.sudo()._get_undisputed_amounts()
        lines = self.sudo().filtered(
            lambda line: (
                line.partner_id.commercial_partner_id in rows.partner_id
                and line.move_id.move_type == "out_invoice"
                and line.currency_id == line.company_currency_id
                and owed[line] > 0
                and not line.no_followup
                and not line.move_id._find_strangers()
            )
        )
        return lines - lines.browse(line.id for line in lines._get_scheduled_payments())

    def _get_item_text(self, item):
        """Say who charges it when; the lines' own records tell, without a search."""
        if item.state != SCHEDULED:
            return super()._get_item_text(item)
        line, day = self.sudo(), format_day(self.env, item.until)
        payments = line.move_id.collection_scheduled_ids
        if payments.filtered(
            lambda p: p.state == scheduled.PLANNED and line in p.line_ids
        ):
            return self.env._("You scheduled this for %(day)s", day=day)
        attempt = line.move_id.collection_attempt_ids.filtered(
            lambda a: a.state in OPEN_STATES
        )
        if attempt and not attempt.autopay_id:
            return super()._get_item_text(item)
        return self.env._("Autopay on %(day)s", day=day)
