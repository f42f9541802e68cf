# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.message.ir_actions_report import LETTERHEAD

REPORT = "paycollect_dunning.report_dossier"


class PaycollectDossier(models.AbstractModel):
    """Everything that proves a claim: what was ordered, done, billed, said and paid.

    The same facts become a PDF and the body of a call to an agency. Call with sudo,
    once it is checked who asks.
    """

    _name = "paycollect.dossier"
    _description = "Proof of a Claim"

    @api.model
    def _get_facts(self, customer, company, moves, now, case=None):
        """Return the facts about a customer's invoices, in bulk where it counts.

        :param customer: commercial partner
        :param moves: the invoices that are claimed
        :param now: naive UTC datetime
        :param case: the dunning case; default: none
        :return: dict of lists of dicts with dates, numbers and texts
        """
        today = company._get_today(now)
        first = min(moves.mapped("invoice_date"), default=today) or today
        return {
            "created_at": now,
            "today": today,
            "creditor": self._get_party(company.partner_id),
            "debtor": self._get_party(customer),
            "contacts": self._get_contacts(customer),
            "statement_from": first,
            "invoices": [self._get_invoice(move, today) for move in moves],
            "payments": self._get_payments(moves),
            "jobs": self._get_jobs(moves),
            "messages": self._get_messages(moves, case),
            "promises": self._get_promises(customer, company),
            "disputes": self._get_disputes(moves),
        }

    @api.model
    def _get_party(self, partner):
        return {
            "name": partner.display_name,
            "is_company": partner.is_company,
            "street": ", ".join(filter(None, (partner.street, partner.street2))),
            "city": partner.city or "",
            "zip": partner.zip or "",
            "state": partner.state_id.code or "",
            "country": partner.country_id.code or "",
            "country_name": partner.country_id.name or "",
            "vat": partner.vat or "",
            "email": partner.email or "",
            "phone": partner.phone or "",
            "lang": partner.lang or "",
        }

    @api.model
    def _get_contacts(self, customer):
        people = customer.child_ids.filtered(lambda p: p.email or p.phone)
        return [
            {
                "name": person.name or person.display_name,
                "role": person.function or "",
                "email": person.email or "",
                "phone": person.phone or "",
            }
            for person in people[:10]
        ]

    @api.model
    def _get_invoice(self, move, today):
        due = move.invoice_date_due
        return {
            "name": move.name,
            "date": move.invoice_date,
            "due": due,
            "days_late": max((today - due).days, 0) if due else 0,
            "po": move.ref or "",
            "origin": move.invoice_origin or "",
            "currency": move.currency_id,
            "untaxed": move.amount_untaxed,
            "tax": move.amount_tax,
            "total": move.amount_total,
            "open": move.amount_residual,
            "lines": [
                {
                    "text": line.name or line.product_id.display_name or "",
                    "quantity": line.quantity,
                    "unit": line.product_uom_id.name or "",
                    "price": line.price_unit,
                    "discount": line.discount,
                    "total": line.price_subtotal,
                }
                for line in move.invoice_line_ids
                if line.display_type == "product"
            ],
        }

    @api.model
    def _get_payments(self, moves):
        """Return what was applied to the invoices: payments and credit notes."""
        matches = moves.line_ids.matched_credit_ids.sorted(lambda m: (m.max_date, m.id))
        return [
            {
                "date": match.credit_move_id.date,
                "name": match.credit_move_id.move_id.name,
                "kind": "credit_note"
                if match.credit_move_id.move_id.move_type == "out_refund"
                else "payment",
                "invoice": match.debit_move_id.move_id.name,
                "amount": match.debit_amount_currency,
                "currency": match.debit_move_id.currency_id,
            }
            for match in matches
        ]

    @api.model
    def _get_messages(self, moves, case):
        """Return every message about the invoices, oldest first, from all ledgers."""
        rows = self.env["paycollect.message"].search([("move_id", "in", moves.ids)])
        occasions = dict(
            self.env["paycollect.message"]
            ._fields["occasion"]
            ._description_selection(self.env)
        )
        found = [
            {
                "date": row.sent_at or row.failed_at or row.queued_at,
                "channel": row.channel,
                "to": row.address or "",
                "subject": occasions.get(row.occasion, row.occasion),
                "state": row.state,
                "documents": row.move_id.name or "",
                "pay_by": None,
            }
            for row in rows
        ]
        return sorted(found + self._get_reminders(moves, case), key=lambda m: m["date"])

    @api.model
    def _get_reminders(self, moves, case):
        reminders = self.env["paycollect.dunning.message"]
        domain = [("move_ids", "in", moves.ids), ("channel", "!=", False)]
        if case:
            domain = ["|", ("case_id", "=", case.id), *domain[:1], domain[1]]
        return [
            {
                "date": row.sent_at or row.send_at or row.date,
                "channel": row.channel,
                "to": row.address or row.partner_id.display_name or "",
                "subject": row.level_id.name or "",
                "state": row.state,
                "documents": ", ".join(row.move_ids.mapped("name")),
                "pay_by": row.pay_by or None,
            }
            for row in reminders.search(domain)
            if row.channel
        ]

    @api.model
    def _get_promises(self, customer, company):
        rows = self.env["paycollect.promise"].search(
            [("partner_id", "=", customer.id), ("company_id", "=", company.id)],
            order="promised_at, id",
        )
        return [
            {
                "date": row.promised_at,
                "amount": row.amount,
                "currency": row.currency_id,
                "until": row.date,
                "state": row.state,
            }
            for row in rows
        ]

    @api.model
    def _get_disputes(self, moves):
        rows = self.env["paycollect.dispute"].search(
            [("move_id", "in", moves.ids)], order="id"
        )
        return [
            {
                "date": row.create_date,
                "invoice": row.move_id.name,
                "amount": row.amount,
                "currency": row.currency_id,
                "reason": row._get_reason_label(),
                "text": row.text or "",
                "answer": row.answer or "",
                "answered_at": row.answered_at or None,
                "state": row.state,
            }
            for row in rows
        ]

    @api.model
    def _can_render(self):
        report = self.env["ir.actions.report"].sudo()
        return report.get_wkhtmltopdf_state() in ("ok", "upgrade")

    @api.model
    def _render_dossier(self, record, now):
        """Return the file of a hand-over or a chargeback as a PDF (bytes).

        In the language of the company, which its agency and its bank share.

        :raise UserError: without a PDF engine
        """
        report, kind = self.env["ir.actions.report"].sudo(), None
        lang = record.company_id.partner_id.lang or self.env.lang
        report = report.with_context(**{LETTERHEAD: True, "lang": lang})
        if self._can_render():
            content, kind = report._render_qweb_pdf(
                REPORT, record.ids, data={"model": record._name, "now": str(now)}
            )
        if kind != "pdf":
            raise UserError(
                self.env._(
                    "The PDF can't be made: wkhtmltopdf isn't installed on the server."
                )
            )
        return content
