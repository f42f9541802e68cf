# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

BATCH = 200
TEMPLATE = "paycollect_portal.mail_template_statement"


class PaycollectStatementRequest(models.Model):
    """A contact's wish to get a statement each month, with its dates.

    Rows are never deleted: switching it off ends the row, switching it on again makes a
    new one. Each statement that was sent is a row of ``paycollect.message``.
    """

    _name = "paycollect.statement.request"
    _inherit = ["paycollect.worker.mixin"]
    _description = "Monthly Statement by Email"
    _order = "id desc"
    _rec_name = "contact_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Sent To",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    asked_at = fields.Datetime(string="Asked On", required=True, readonly=True)
    ended_at = fields.Datetime(string="Ended On", readonly=True)
    covered_to = fields.Date(
        string="Covered Until",
        required=True,
        readonly=True,
        help="Last day of the latest statement that was sent, or of the month before "
        "the customer asked.",
    )

    # -- the customer's choice ---------------------------------------------------

    @api.model
    def _find_current(self, contact, company):
        """Return the contact's request that is on (sudo), if any."""
        return self.sudo().search(
            [
                ("contact_id", "=", contact.id),
                ("partner_id", "=", contact.commercial_partner_id.id),
                ("company_id", "=", company.id),
                ("ended_at", "=", False),
            ]
        )

    @api.model
    def _set_wanted(self, contact, company, wanted, now=None):
        """Record that a contact wants, or no longer wants, a statement each month.

        The first one is about the month in which they ask.
        """
        now = now or fields.Datetime.now()
        current = self._find_current(contact, company)
        if not wanted:
            current._set_ended(now)
        elif not current:
            current.create(
                {
                    "partner_id": contact.commercial_partner_id.id,
                    "contact_id": contact.id,
                    "company_id": company.id,
                    "asked_at": now,
                    "covered_to": self._get_last_month_end(company, now),
                }
            )

    def _set_ended(self, now):
        self.write({"ended_at": now})

    @api.model
    def _get_last_month_end(self, company, now):
        return company._get_today(now).replace(day=1) - timedelta(days=1)

    # -- once a month --------------------------------------------------------------

    @api.model
    def _cron_send_statements(self, now=None):
        """Email last month's statement to those who asked for it, once each.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        if self.env["res.company"]._has_moved():
            return
        companies = self.env["res.company"].search([("collection_active", "=", True)])
        for company in companies:
            last = self._get_last_month_end(company, now)
            waiting = self.search(
                [
                    ("company_id", "=", company.id),
                    ("ended_at", "=", False),
                    ("covered_to", "<", last),
                ],
                limit=BATCH,
            )
            sent = [request._try_to_send(last, now) for request in waiting]
            if len(waiting) == BATCH and any(sent):
                self.env.ref("paycollect_portal.cron_send_statements")._trigger()

    def _try_to_send(self, last, now):
        """Return whether it worked; if not, it is tried again the next day."""
        with self._separately("the statement") as step:
            self._as_system()._send_statement(last, now)
        return step.done

    def _send_statement(self, last, now):
        """Queue the email and record it; do nothing if it was done meanwhile."""
        self.ensure_one()
        if not self.try_lock_for_update() or self.ended_at or self.covered_to >= last:
            return
        if not self._may_still_look():
            self._set_ended(now)
            return
        self.covered_to = last
        if self._was_sent_to_contact(last):
            return
        address = self.contact_id._get_collection_email()
        values = {
            "partner_id": self.contact_id.id,
            "company_id": self.company_id.id,
            "occasion": "statement",
            "address": address,
        }
        Message = self.env["paycollect.message"]
        if address:
            Message._follow(self._create_mail(address, last), values, now)
            return
        unsent = {"channel": "mail", "state": "queued", "queued_at": now}
        Message.create({**unsent, **values})._set_skipped("unreachable")

    def _may_still_look(self):
        """Whether the contact still belongs to the customer and can log in."""
        contact = self.contact_id
        belongs = contact.commercial_partner_id == self.partner_id
        return belongs and contact.active and any(contact.user_ids.mapped("active"))

    def _was_sent_to_contact(self, last):
        """Whether another row did it: merged contacts may have several."""
        return bool(
            self.search_count(
                [
                    ("id", "!=", self.id),
                    ("contact_id", "=", self.contact_id.id),
                    ("partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("ended_at", "=", False),
                    ("covered_to", ">=", last),
                ],
                limit=1,
            )
        )

    def _create_mail(self, address, last):
        """Return the unsent email, in the contact's language, with the statement.

        Without a PDF engine, the spreadsheet is attached.
        """
        request = self.with_context(lang=self.contact_id.lang or self.env.lang)
        period = (last.replace(day=1), last)
        customer, company = request.partner_id, request.company_id
        extension = "pdf"
        content = customer._get_statement_pdf(*period, company)
        if not content:
            extension = "xlsx"
            content = customer._get_statement_xlsx(*period, company)
        attachment = request.env["ir.attachment"].create(
            {
                "name": customer._get_statement_filename(*period, extension),
                "raw": content,
                "res_model": request._name,
                "res_id": request.id,
            }
        )
        template = request.env.ref(TEMPLATE)
        statement = customer._get_collection_statement(*period, company)
        mail_id = template.with_context(
            statement_period=period,
            statement_totals=[
                currency._format_amount(block["closing"])
                for currency, block in statement.items()
            ],
        ).send_mail(
            request.id,
            force_send=False,
            email_values={
                "email_to": address,
                "recipient_ids": [],
                "attachment_ids": attachment.ids,
                "model": False,
                "res_id": False,
                "auto_delete": True,
            },
        )
        return request.env["mail.mail"].browse(mail_id)
