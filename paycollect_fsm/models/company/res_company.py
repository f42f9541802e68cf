# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import escape

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
        help="Bill completed jobs and charge the payment method on file.",
    )
    collection_responsible_id = fields.Many2one(
        "res.users",
        string="Exceptions Owner",
        domain=[("share", "=", False)],
        help="Receives an activity for every exception that needs a decision.",
        write_groups="base.group_system",
        groups="base.group_user",
    )
    collection_email_from = fields.Char(
        string="Sender Email",
        help="Email address that receipts and payment requests are sent from.",
        write_groups="base.group_system",
    )
    collection_remit_to = fields.Text(
        string="Remit-to Address",
        help="Mailing address for checks, included in invoice emails to customers on "
        "payment terms.",
        write_groups="base.group_system",
    )
    collection_daily_count = fields.Integer(
        string="Charges per Day",
        default=500,
        help="0 = no limit. Days follow the company's time zone.",
        write_groups="base.group_system",
        groups="paycollect_fsm.group_user,base.group_system",
    )
    collection_daily_amount = fields.Monetary(
        string="Amount per Day",
        default=100000.0,
        help="0 = no limit. Days follow the company's time zone.",
        write_groups="base.group_system",
        groups="paycollect_fsm.group_user,base.group_system",
    )
    collection_customer_daily_count = fields.Integer(
        string="Charges per Customer per Day",
        default=10,
        help="0 = no limit. Days follow the company's time zone.",
        write_groups="base.group_system",
        groups="paycollect_fsm.group_user,base.group_system",
    )
    collection_customer_daily_amount = fields.Monetary(
        string="Amount per Customer per Day",
        help="0 = no limit. Days follow the company's time zone.",
        write_groups="base.group_system",
        groups="paycollect_fsm.group_user,base.group_system",
    )
    collection_attach_pdf = fields.Boolean(
        string="Attach Invoice PDF",
        default=True,
        write_groups="base.group_system",
        groups="base.group_user",
    )
    collection_credit_use = fields.Selection(
        [
            (AUTOMATIC, "Apply before charging"),
            (ASK, "Ask accounting"),
            (NEVER, "Don't apply"),
        ],
        string="Customer Credit",
        default=AUTOMATIC,
        required=True,
        help="What to do with unapplied credit notes and payments on account when an "
        "invoice is collected.",
        write_groups="base.group_system",
        groups="base.group_user",
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
        """Whether automatic collection is on for one of these companies or a branch.

        A company's providers and journals also serve its branches.
        """
        return any(
            company.collection_active or company.child_ids._collects_here_or_below()
            for company in self.sudo()
        )

    def _get_collection_status_lines(self):
        """Hook: status sentences about the company's collections for the settings."""
        self.ensure_one()
        return []

    def _get_collection_sender(self):
        return self.collection_email_from or self.email_formatted

    def _get_collection_responsible(self, besides=None):
        """Return the user who handles exceptions: the exceptions owner, else a
        Collections manager, else the administrator.

        :param besides: who may not do it, if there is somebody else
        """
        self.ensure_one()
        owner = self.collection_responsible_id
        if owner and owner != besides:
            return owner
        group = self.env.ref("paycollect_fsm.group_manager").sudo()
        managers = group.all_user_ids.filtered(
            lambda user: user.active and self in user.company_ids and user != besides
        )
        return managers[:1] or owner or self.env.ref("base.user_admin")

    def _schedule_collection_activity(
        self,
        record,
        summary,
        note,
        code,
        once_a_day=False,
        now=None,
        deadline=None,
        besides=None,
    ):
        """Schedule an activity on ``record`` for the exceptions owner.

        Does nothing while an activity of the same kind is open on the record, or, with
        ``once_a_day``, while one with today's date is open anywhere in the model.

        :param note: plain text, or ``Markup``
        :param code: code of the kind of exception, the same in every language
        :param now: naive UTC datetime
        :param deadline: the day until which it is to be done; default: today
        :param besides: the user who may not do it
        """
        self.ensure_one()
        user = self._get_collection_responsible(besides)
        domain = [
            ("collection_code", "=", code),
            ("user_id", "=", user.id),
            ("res_model", "=", record._name),
        ]
        today = self._get_today(now)
        if once_a_day:
            domain.append(("date_deadline", "=", today))
        else:
            domain.append(("res_id", "=", record.id))
        if self.env["mail.activity"].sudo().search_count(domain, limit=1):
            return
        record.sudo().activity_schedule(
            EXCEPTION_ACTIVITY,
            date_deadline=deadline or today,
            summary=summary,
            note=escape(note),
            user_id=user.id,
            collection_code=code,
            collection_company_id=self.id,
        )

    def _close_collection_activities(self, records, feedback, codes=()):
        """Mark the exception activities on ``records`` as done.

        :param codes: only these kinds of exceptions; default: all
        """
        domain = [("collection_code", "in", codes)] if codes else None
        records.sudo().activity_search(
            [EXCEPTION_ACTIVITY], additional_domain=domain
        ).action_feedback(feedback=feedback)
