# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import secrets

from psycopg2 import OperationalError

from odoo import fields, models

from odoo.addons.paycollect_fsm.rules.contact import find_emails
from odoo.addons.paycollect_fsm.rules.messages import LOOK_AFTER, UNREACHABLE

from ...rules.const import CALL, LETTER, MAIL, SMS

_logger = logging.getLogger(__name__)

REMINDER = "reminder"
LAYOUT = "paycollect_dunning.reminder_mails"
BEGIN = (
    '<t t-foreach="reminders" t-as="reminder">'
    '<t t-set="object" t-value="reminder[\'object\']"/>'
    '<t t-set="said" t-value="reminder[\'said\']"/>'
)
END = '<t t-out="mark"/></t>'
# The shipped templates, from this many days after the due date on.
TEMPLATES = ((15, "final"), (7, "statement"), (1, "friendly"), (-1000, "courtesy"))
CALL_TO_MAKE, LETTER_TO_PRINT = "dunning_call", "dunning_letter"


class PaycollectDunningMessage(models.Model):
    """The email, the text, the letter or the call that carries a message.

    Nothing here talks to a server: emails and texts leave through Odoo's queues, and
    ``paycollect.message`` records what became of them.
    """

    _inherit = "paycollect.dunning.message"

    has_statement = fields.Boolean(
        string="With Statement", readonly=True, help="The statement was attached."
    )
    is_statement_missing = fields.Boolean(
        string="Statement Missing",
        readonly=True,
        help="The level attaches the statement, but the PDF could not be made. The "
        "message went out without it and doesn't mention it.",
    )

    def _queue_carriers(self, now):
        """Create what carries these messages, in bulk; their hour has come.

        :param now: naive UTC datetime
        """
        super()._queue_carriers(now)
        due = self._take_due(now)
        methods = {
            MAIL: "_queue_mails",
            SMS: "_queue_texts",
            LETTER: "_queue_letters",
            CALL: "_queue_calls",
        }
        for channel, method in methods.items():
            rows = due.filtered(lambda row, channel=channel: row.channel == channel)
            if rows:
                getattr(rows, method)(now)

    # -- emails ----------------------------------------------------------------------

    def _queue_mails(self, now):
        reached = self._take_addresses("_get_collection_email", now)
        reached._make_links(now)
        reached._attach_statements(now)
        for (company, lang), rows in reached._group_by_voice().items():
            voiced = rows.with_company(company).with_context(lang=lang)
            voiced._follow_carriers(voiced._create_mails(), "mail_id", now)
        if reached:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _create_mails(self):
        """Create the emails of rows that share a company and a language."""
        content = self._render_mails()
        replies = self._get_reply_addresses()
        return (
            self.env["mail.mail"]
            .sudo()
            .create(
                [
                    {
                        **content[row.id],
                        **row._prepare_mail(row.address, replies[row.id]),
                    }
                    for row in self
                ]
            )
        )

    def _prepare_mail(self, address, reply_to):
        return {
            "email_to": address,
            "reply_to": reply_to,
            "model": self.case_id._name,
            "res_id": self.case_id.id,
            "author_id": False,
            "is_notification": True,
            "auto_delete": True,
            "attachment_ids": [
                (4, attachment.id) for attachment in self.attachment_ids
            ],
        }

    def _render_mails(self):
        """Return ``{id: values of mail.mail}`` of rows that share a language.

        Also for a preview: creates nothing.
        """
        content = {row.id: {} for row in self}
        for template, rows in self.grouped(lambda row: row._get_template()).items():
            subjects = template._render_field("subject", rows.ids)
            bodies = rows._render_bodies(template)
            for row in rows:
                content[row.id] = {
                    "subject": subjects[row.id],
                    "body_html": bodies[row.id],
                    "email_from": row.company_id._get_collection_sender(),
                }
        return content

    def _render_bodies(self, template):
        """Return ``{id: HTML}``: the level's text inside the layout of all reminders.

        QWeb compiles a template once a call, so each is rendered once for all rows.
        """
        self.invalidate_recordset(["is_repeated"])
        reminders = [{"object": row, "said": row._get_reminder()} for row in self]
        mark = secrets.token_hex(16)
        values = {"reminders": reminders, "mark": mark}
        source = f"{BEGIN}{template.body_html}{END}"
        [texts] = template._render_template_qweb(
            source, self._name, self[:1].ids, add_context=values
        ).values()
        for reminder, text in zip(reminders, texts.split(mark), strict=False):
            reminder["text"] = text
        *bodies, _rest = (
            self.env["ir.ui.view"]._render_template(LAYOUT, values).split(mark)
        )
        return template._render_template_postprocess(
            self._name, dict(zip(self.ids, bodies, strict=True))
        )

    def _get_template(self):
        """Return the email's template (sudo), in the language of the context."""
        self.ensure_one()
        level = self._get_text_level().sudo()
        return level.mail_template_id or self._get_plain_template(level.delay_days)

    def _get_plain_template(self, days):
        """Return the shipped template for a level without one of its own."""
        name = next(name for first, name in TEMPLATES if days >= first)
        return self.env.ref(f"paycollect_dunning.mail_template_{name}").sudo()

    def _get_reply_addresses(self):
        """Return ``{id: address}`` at which Odoo, or else the company, gets replies."""
        company = self.company_id[:1]
        sender = company._get_collection_sender()
        if company.dunning_reply_to:
            return dict.fromkeys(self.ids, company.dunning_reply_to)
        cases = self.case_id
        found = cases.sudo()._notify_get_reply_to(default=sender)
        return {row.id: found.get(row.case_id.id) or sender for row in self}

    # -- texts -------------------------------------------------------------------------

    def _queue_texts(self, now):
        reached = self._take_addresses("_get_collection_number", now)
        reached._make_links(now)
        values = [
            {
                "number": row.address,
                "partner_id": row.partner_id.id,
                "body": row.with_context(lang=row._get_lang())._get_text(),
            }
            for row in reached
        ]
        if values:
            reached._follow_carriers(
                self.env["sms.sms"].sudo().create(values), "sms_id", now
            )
            self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()

    # -- both --------------------------------------------------------------------------

    def _take_addresses(self, method, now):
        """Note where each message goes, as it is now; return those with an address."""
        for row in self:
            row.address = getattr(row.partner_id.sudo(), method)()
        lost = self.filtered(lambda row: not row.address)
        lost._set_skipped(UNREACHABLE)
        return self - lost

    def _make_links(self, now):
        rows = [(row.partner_id, row.company_id, row.channel) for row in self]
        links = self.env["paycollect.link"]._create_sealed(rows, "balance", now)
        for row, link in zip(self, links, strict=True):
            row.link_id = link

    def _group_by_voice(self):
        """Return ``{(company, language): messages}``."""
        return self.grouped(lambda row: (row.company_id, row._get_lang()))

    def _follow_carriers(self, carriers, field, now):
        """Watch the emails or texts of these messages; the order is the same."""
        channel = MAIL if field == "mail_id" else SMS
        deliveries = (
            self.env["paycollect.message"]
            .sudo()
            .create(
                [
                    {
                        "channel": channel,
                        field: carrier.id,
                        "state": "queued",
                        "queued_at": now,
                        "retry_at": now + LOOK_AFTER,
                        "partner_id": row.partner_id.id,
                        "company_id": row.company_id.id,
                        "occasion": REMINDER,
                        "address": ", ".join(find_emails(row.address))
                        if channel == MAIL
                        else row.address,
                    }
                    for row, carrier in zip(self, carriers, strict=True)
                ]
            )
        )
        for row, delivery in zip(self, deliveries, strict=True):
            row.delivery_id = delivery

    # -- statements --------------------------------------------------------------------

    attachment_ids = fields.Many2many(
        "ir.attachment",
        "paycollect_dunning_message_attachment_rel",
        "message_id",
        "attachment_id",
        string="Attachments",
        readonly=True,
    )

    def _attach_statements(self, now):
        """Attach the statement where the level says so; never hold a message back."""
        for row in self.filtered("level_id.attach_statement"):
            row = row.with_context(lang=row._get_lang())
            attachment = row._make_statement(now)
            row.has_statement = bool(attachment)
            row.is_statement_missing = not attachment
            row.attachment_ids = attachment

    def _make_statement(self, now):
        """Return the statement of the time in which the open items arose, or None."""
        today = self.company_id._get_today(now)
        dates = [line.date for line in self.line_ids.line_id.sudo()]
        period = (min(dates, default=today).replace(day=1), today)
        customer = self.customer_id.sudo()
        try:
            with self.env.cr.savepoint():
                content = customer._get_statement_pdf(*period, self.company_id)
        except OperationalError:
            raise  # a concurrent change: the whole batch is tried again
        except Exception:
            _logger.exception("The statement of %s could not be made", customer)
            content = None
        if not content:
            return self.env["ir.attachment"]
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": customer._get_statement_filename(*period, "pdf"),
                    "raw": content,
                    "res_model": self.case_id._name,
                    "res_id": self.case_id.id,
                }
            )
        )
