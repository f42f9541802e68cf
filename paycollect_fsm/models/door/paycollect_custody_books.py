# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.exceptions import UserError

from ...rules.contact import find_emails
from ...rules.door import CASH, CHECK, get_credit, get_rest


class PaycollectCustody(models.Model):
    """Booking what was handed over: the payment, and what it pays."""

    _inherit = "paycollect.custody"

    def _collect(self, move, take, key, now, **values):
        """Book cash or a check (sudo), and return its row.

        The caller holds the lock on the invoice.

        :param take: :class:`door.Take`, checked
        :param str key: identifies the confirmation
        :param now: naive UTC datetime
        :param values: other fields, such as the job
        :raise UserError: if it can't be taken, e.g. the customer's checks are refused
        """
        self._check_may_collect(move, take)
        company = move.company_id
        today = company._get_today(now)
        move = move.with_company(company)
        found = move._use_credits(now, ahead=True)[move]
        payment = self._create_payment(move, take, found, today)
        custody = self.create(
            {
                "company_id": company.id,
                "partner_id": move.commercial_partner_id.id,
                "move_id": move.id,
                "payment_id": payment.id,
                "user_id": self.env.uid,
                "collected_at": now,
                "day": today,
                "take_key": key,
                **self._prepare_take_vals(move, take),
                **values,
            }
        )
        custody._note_collected()
        custody._after_collected()
        custody._tell_customer(now)
        move._push_outcome()
        return custody

    def _check_may_collect(self, move, take):
        if take.way == CHECK:
            customer = move.commercial_partner_id
            if text := customer._get_check_refusal(move.company_id):
                raise UserError(text)
        move._check_not_being_charged()

    def _prepare_take_vals(self, move, take):
        currency = move.currency_id
        check = take.way == CHECK
        return {
            "kind": take.way,
            "amount": currency.round(take.amount),
            "currency_id": currency.id,
            "tendered": take.way == CASH and take.tendered,
            "credit": get_credit(take),
            "rest_due": get_rest(take),
            "check_number": check and take.number.strip(),
            "check_bank": check and take.bank.strip(),
        }

    def _create_payment(self, move, take, found, today):
        """Return the posted payment; what is left of it is the customer's credit.

        :param found: what is owed, see ``_get_collectable``
        """
        lines = move._get_term_lines().filtered(lambda line: not line.reconciled)
        lines = lines.sorted(lambda line: (line.date_maturity or line.date, line.id))
        vals = self._prepare_payment_vals(move, take, lines, today)
        enough = move.currency_id.compare_amounts(take.amount, found.ask(ahead=True))
        if found.discount and enough >= 0 and len(lines) == 1:
            vals["write_off_line_vals"] = lines._prepare_discount_vals()
        payment = self.env["account.payment"].create(vals)
        payment.action_post()
        _liquidity, counterpart, _other = payment._seek_for_lines()
        for line in lines.filtered(lambda li: li.account_id == counterpart.account_id):
            if not counterpart.reconciled:
                (counterpart + line).reconcile()
        return payment

    def _prepare_payment_vals(self, move, take, lines, today):
        journal = move.company_id._get_door_journal(take.way)
        method = journal._get_manual_method_line()
        if not method:
            raise UserError(
                self.env._(
                    "The journal %(journal)s has no incoming payment method “Manual "
                    "Payment.” Ask accounting to add it.",
                    journal=journal.name,
                )
            )
        vals = {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": move.commercial_partner_id.id,
            "amount": move.currency_id.round(take.amount),
            "currency_id": move.currency_id.id,
            "date": today,
            "journal_id": journal.id,
            "payment_method_line_id": method.id,
            "memo": move.name,
            "payment_reference": take.number.strip() if take.way == CHECK else False,
            "destination_account_id": lines[:1].account_id.id,
            "invoice_ids": [Command.set(move.ids)],
        }
        if not method.payment_account_id:
            outstanding = self.env["account.payment"].new({"journal_id": journal.id})
            account = outstanding._get_outstanding_account("inbound")
            vals["outstanding_account_id"] = account.id
        return vals

    def _note_collected(self):
        text = self.env._(
            "%(worker)s took %(amount)s: %(kind)s.",
            worker=self.env.user.name,
            amount=self.currency_id._format_amount(self.amount),
            kind=self._get_kind_text(),
        )
        for record in filter(None, (self.move_id, self.order_id)):
            record._message_log(body=text)

    def _get_receipt_note(self):
        """Return, for the worker, where the receipt goes."""
        partner = self._get_recipient()
        places = find_emails(partner._get_collection_email())
        if place := next(iter(places), None) or partner._get_collection_number():
            return self.env._("The receipt goes to %(place)s.", place=place)
        return self.env._(
            "The customer has neither an email address nor a mobile number: write a "
            "receipt by hand."
        )

    def _after_collected(self):
        """Hook: cash or a check was just collected and booked."""
