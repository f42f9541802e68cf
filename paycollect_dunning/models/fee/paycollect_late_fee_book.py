# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import Command, api, models

from ...rules.late_fee import INTEREST

BATCH = 50


class PaycollectLateFee(models.Model):
    """Charge what is late: each charge once, as an open item of its own."""

    _inherit = "paycollect.late.fee"

    @api.model
    def _charge_company(self, company, now):
        """Book what exists by today, and settle what its invoice's payment left.

        Repeated at any time: each charge exists once for its due part and period.

        :param now: naive UTC datetime
        """
        fees = self.sudo().with_company(company)
        fees._settle_company(company, now)
        plans = fees._get_charging_plans(company)
        if not plans or not company.dunning_fee_product_id:
            return
        today = company._get_today(now)
        for plan, lines in fees._find_late_lines(company, plans, today).items():
            for start in range(0, len(lines), BATCH):
                fees._charge_batch(lines[start : start + BATCH], plan, now)

    def _charge_batch(self, lines, plan, now):
        """Charge these due parts in one transaction; if it fails, each in its own."""
        with self._separately(f"late fees of {lines}") as step:
            self._charge(lines, plan, now)
        if not step.done and len(lines) > 1:
            for line in lines:
                self._charge_batch(line, plan, now)

    def _charge(self, lines, plan, now):
        """:return: the new rows"""
        moves = lines.move_id.try_lock_for_update()
        lines = lines.filtered(lambda line: line.move_id in moves)
        today = plan.company_id._get_today(now)
        fees = self.browse()
        for line, charges in self._get_new_charges(lines, plan, today).items():
            costs = [charge for charge in charges if charge.kind != INTEREST]
            interest = [charge for charge in charges if charge.kind == INTEREST]
            for group in filter(None, (costs, interest)):
                fees |= self._book(line, group, today)
        return fees

    def _book(self, line, charges, today):
        """Post an invoice with these charges of one due part, payable at once."""
        move = line.move_id
        invoice = self.env["account.move"].create(
            self._prepare_invoice(line, charges, today)
        )
        fees = self.create(
            [self._prepare_fee(line, charge, today, invoice) for charge in charges]
        )
        invoice.action_post()
        body = self.env._(
            "%(fee)s charges %(amount)s for late payment of %(invoice)s: %(formula)s.",
            fee=invoice.name,
            amount=invoice.currency_id._format_amount(invoice.amount_total),
            invoice=move.name,
            formula="; ".join(fees.mapped("formula")),
        )
        move.message_post(body=body)
        return fees

    def _prepare_fee(self, line, charge, today, invoice):
        return {
            "line_id": line.id,
            "due_date": line.date_maturity,
            "move_id": line.move_id.id,
            "fee_move_id": invoice.id,
            "partner_id": line.partner_id.commercial_partner_id.id,
            "company_id": line.company_id.id,
            "currency_id": line.currency_id.id,
            "kind": charge.kind,
            "period": charge.period,
            "amount": charge.amount,
            "facts": charge.values,
            "charged_on": today,
        }

    def _prepare_invoice(self, line, charges, today):
        move, product = line.move_id, line.company_id.dunning_fee_product_id
        lang = move.partner_id.lang or self.env.lang
        texts = self.with_context(lang=lang)
        return {
            "move_type": "out_invoice",
            "company_id": line.company_id.id,
            "partner_id": move.partner_id.id,
            "currency_id": line.currency_id.id,
            "invoice_date": today,
            "invoice_date_due": today,
            "invoice_payment_term_id": False,
            "ref": move.ref,
            "invoice_origin": move.name,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "quantity": 1,
                        "price_unit": charge.amount,
                        "name": texts._get_line_text(move, charge),
                    }
                )
                for charge in charges
            ],
        }
