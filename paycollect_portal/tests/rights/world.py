# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields

from odoo.addons.paycollect_fsm.tests.rights.world import World

from ...rules.autopay import Terms


class PortalWorld(World):
    """The world with one record of each model that this addon adds."""

    addon = "paycollect_portal"

    def _make_rows(self):
        rows = super()._make_rows()
        return [
            *rows,
            self._make_allocation(),
            *self._make_check(),
            self._make_statement_request(),
            self._make_invitation(),
            self._make_dispute(),
            self._make_request(),
            *self._make_autopay(),
            self._make_scheduled_payment(),
        ]

    def _make_allocation(self):
        line = self.invoice.line_ids[:1]
        return self.env["paycollect.allocation"].create(
            {
                "transaction_id": self.transaction.id,
                "company_id": self.company.id,
                "line_id": line.id,
                "move_id": line.move_id.id,
                "amount": 1,
            }
        )

    def _make_check(self):
        """Return a received check of the customer, its payment and a deposit."""
        company, today = self.company, self.company._get_today()
        notice = self.env["paycollect.check.notice"].create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "number": "1042",
                "amount": 10,
                "currency_id": company.currency_id.id,
                "date": today,
                "announced_on": today,
                "expected_until": today,
                "move_ids": [Command.set(self.invoice.ids)],
            }
        )
        notice.action_receive()
        journal = notice.payment_id.journal_id
        deposit = self.env["account.check.deposit"].create(
            {
                "company_id": company.id,
                "journal_id": journal.id,
                "bank_journal_id": journal.id,
            }
        )
        return [notice, notice.payment_id, deposit]

    def _prepare_dialog(self, model):
        notice = {"notice_id": self.records["paycollect.check.notice"].id}
        scan = {"company_id": self.company.id}
        return super()._prepare_dialog(model) or {
            "paycollect.check.bounce": notice,
            "paycollect.check.receive": notice,
            "paycollect.check.scan": scan,
            "paycollect.check.scan.line": {"scan_id": self._make_scan(scan).id},
            "paycollect.check.take": {"order_id": self.job.id},
            "paycollect.answer": {
                "res_model": "paycollect.dispute",
                "res_id": self.records["paycollect.dispute"].id,
                "state": "rejected",
            },
        }.get(model, {})

    def _make_scan(self, vals):
        return self.env["paycollect.check.scan"].create(vals)

    def _make_statement_request(self):
        now = fields.Datetime.now()
        return self.env["paycollect.statement.request"].create(
            {
                "partner_id": self.customer.id,
                "contact_id": self.users["portal"].partner_id.id,
                "company_id": self.company.id,
                "asked_at": now,
                "covered_to": now,
            }
        )

    def _make_invitation(self):
        return self.env["paycollect.invitation"].create(
            {
                "partner_id": self.customer.id,
                "invited_by_id": self.users["portal"].partner_id.id,
                "company_id": self.company.id,
                "name": "Bob Ray",
                "email": "bob@acme.example.com",
                "role": "look",
                "asked_at": fields.Datetime.now(),
            }
        )

    def _make_dispute(self):
        return self.env["paycollect.dispute"].create(
            {
                "move_id": self.invoice.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "reason": "quality",
                "amount": 1,
                "currency_id": self.invoice.currency_id.id,
                "text": "It leaks.",
            }
        )

    def _make_request(self):
        return self.env["paycollect.request"].create(
            {
                "kind": "refund",
                "line_id": self.invoice.line_ids[:1].id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "amount": 1,
                "currency_id": self.invoice.currency_id.id,
                "text": "Paid twice.",
            }
        )

    def _make_autopay(self):
        row = self.env["paycollect.autopay"]._start(
            self.customer, self.company, self.card, Terms(), False
        )
        line = self.invoice.line_ids[:1]
        return row, row.item_ids._get_or_create(row, line)

    def _make_scheduled_payment(self):
        return self.env["paycollect.scheduled.payment"].create(
            {
                "partner_id": self.customer.id,
                "contact_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": self.invoice.currency_id.id,
                "amount": 1,
                "date": self.company._get_today(),
                "token_id": self.card.id,
                "planned_at": fields.Datetime.now(),
            }
        )
