# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules.collectable import ASK, AUTOMATIC, NEVER

EXCEPTION_ACTIVITY = "paycollect_fsm.mail_activity_exception"
LIMIT_FIELDS = (
    "collection_daily_count",
    "collection_daily_amount",
    "collection_customer_daily_count",
    "collection_customer_daily_amount",
)


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_active = fields.Boolean(
        string="Collect on Completion",
        readonly=True,
        help="Completed jobs are billed and the method on file is charged.",
    )
    collection_responsible_id = fields.Many2one(
        "res.users",
        string="Exceptions Go To",
        domain=[("share", "=", False)],
        help="Gets an activity for whatever the rules could not settle.",
    )
    collection_email_from = fields.Char(
        string="Sender", help="Sender of receipts and requests, e.g. a mail address."
    )
    collection_remit_to = fields.Text(
        string="Remit-to Address",
        help="Where checks are sent; stands on invoices that are paid on terms.",
    )
    collection_daily_count = fields.Integer(
        string="Charges per Day",
        default=500,
        help="0 = no limit. The day is the company's.",
    )
    collection_daily_amount = fields.Monetary(
        string="Amount per Day",
        default=100000.0,
        help="0 = no limit. The day is the company's.",
    )
    collection_customer_daily_count = fields.Integer(
        string="Charges per Customer and Day",
        default=10,
        help="0 = no limit. The day is the company's.",
    )
    collection_customer_daily_amount = fields.Monetary(
        string="Amount per Customer and Day",
        help="0 = no limit. The day is the company's.",
    )
    collection_attach_pdf = fields.Boolean(string="Attach the Invoice", default=True)
    collection_credit_use = fields.Selection(
        [
            (AUTOMATIC, "Use it first"),
            (ASK, "Ask accounting"),
            (NEVER, "Do not use it"),
        ],
        string="Customer Credit",
        default=AUTOMATIC,
        required=True,
        help="Credit notes and payments on account that are not applied yet, when an "
        "invoice is collected.",
    )

    @api.constrains(*LIMIT_FIELDS)
    def _check_daily_limits(self):
        for company in self:
            if any(company[name] < 0 for name in LIMIT_FIELDS):
                raise ValidationError(
                    self.env._(
                        "The daily limits cannot be negative. Enter 0 for no limit."
                    )
                )

    def _collects_here_or_below(self):
        """Whether one of these companies, or a branch of theirs, collects.

        Providers and journals of a company serve its branches, too.
        """
        return any(
            company.collection_active or company.child_ids._collects_here_or_below()
            for company in self.sudo()
        )

    def _get_collection_status_lines(self):
        """Hook: sentences about the company's collections that the settings show."""
        self.ensure_one()
        return []

    def _get_collection_sender(self):
        return self.collection_email_from or self.email_formatted

    def _get_collection_responsible(self):
        """Return the user who handles exceptions, at the worst the administrator."""
        self.ensure_one()
        if self.collection_responsible_id:
            return self.collection_responsible_id
        group = self.env.ref("paycollect_fsm.group_manager").sudo()
        managers = group.all_user_ids.filtered(
            lambda user: user.active and self in user.company_ids
        )
        return managers[:1] or self.env.ref("base.user_admin")

    def _schedule_collection_activity(
        self, record, summary, note, once_a_day=False, code=None
    ):
        """Give the responsible person one open activity on ``record``.

        A second exception of the same kind on the same record is added to the note
        of the open activity; with ``once_a_day`` the kind is told only once a day in
        the whole company.

        :param code: what kind it is, in no language; default: the summary
        """
        self.ensure_one()
        user = self._get_collection_responsible()
        domain = [
            ("collection_code", "=", code or summary),
            ("user_id", "=", user.id),
            ("res_model", "=", record._name),
        ]
        today = self._get_today()
        if once_a_day:
            domain.append(("date_deadline", "=", today))
        else:
            domain.append(("res_id", "=", record.id))
        if self.env["mail.activity"].sudo().search_count(domain, limit=1):
            return
        record.sudo().activity_schedule(
            EXCEPTION_ACTIVITY,
            date_deadline=today,
            summary=summary,
            note=note,
            user_id=user.id,
            collection_code=code or summary,
        )

    def _close_collection_activities(self, records, feedback):
        """Mark the exceptions on ``records`` as done; they are settled."""
        records.sudo().activity_feedback([EXCEPTION_ACTIVITY], feedback=feedback)
