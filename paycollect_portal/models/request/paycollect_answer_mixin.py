# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.paycollect_fsm.models.company.locks import wait_and_lock

from ...rules.disputes import OPEN, WITHDRAWN
from ...rules.limits import MAX_PER_DAY

STAFF = "paycollect_fsm.group_user"


class PaycollectAnswerMixin(models.AbstractModel):
    """What a customer asks for in the portal, and what staff answer.

    The model's ``state`` is "open" until it is answered or withdrawn.

    :cvar _answer_template: XML ID of the email with the answer
    :cvar _answer_activity: code of the activity for staff
    :cvar _answer_page: the customer's list in the portal
    """

    _name = "paycollect.answer.mixin"
    _description = "Customer's Concern"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _answer_template = ""
    _answer_activity = ""
    _answer_page = ""

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        help="Who asks, and gets the answer.",
    )
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    text = fields.Text(string="Customer's Words", readonly=True)
    owner_id = fields.Many2one(
        "res.users",
        domain="[('share', '=', False)]",
        write_groups=STAFF,
        tracking=True,
        index=True,
        help="Who answers the customer.",
    )
    deadline = fields.Date(string="Answer By", write_groups=STAFF, tracking=True)
    answer = fields.Text(readonly=True)
    answered_at = fields.Datetime(string="Answered On", readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True, index=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("This is part of the history and can't be deleted."))

    # -- from the customer --------------------------------------------------------

    @api.model
    def _file_once(self, vals, refusal):
        """Create a record from the customer's words, and tell staff.

        :param refusal: what the customer reads if there is an open one already
        :raise ValidationError: then, and after too many on one day
        """
        partner = self.env["res.partner"].browse(vals["partner_id"])
        self._check_limit(partner, self.env["res.company"].browse(vals["company_id"]))
        try:
            with self.env.cr.savepoint():
                # whoever files it gets the answer, not the notes of staff
                record = self.with_context(mail_create_nosubscribe=True).create(vals)
                record.flush_recordset()
        except UniqueViolation as error:
            raise ValidationError(refusal) from error
        record._notify_staff()
        return record

    def _check_limit(self, partner, company):
        """:raise ValidationError: if the customer sent enough of these today"""
        since, _until = company._get_day_bounds()
        sent = self.search_count(
            [
                ("partner_id", "child_of", partner.commercial_partner_id.id),
                ("company_id", "=", company.id),
                ("create_date", ">=", since),
            ]
        )
        if sent >= MAX_PER_DAY:
            raise ValidationError(
                self.env._(
                    "You've sent %(limit)s today, which is the most per day. Please "
                    "send the others tomorrow, or contact us about them.",
                    limit=MAX_PER_DAY,
                )
            )

    def _withdraw(self):
        """The customer no longer asks for it. Call with sudo."""
        self.ensure_one()
        self._check_open()
        self._set_ended(WITHDRAWN)

    # -- our answer -----------------------------------------------------------------

    def _open_answer(self, state, title):
        """Open the dialog for the answer (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        self._check_open()
        wizard = self.env["paycollect.answer"].sudo()
        wizard = wizard.create(
            {"res_model": self._name, "res_id": self.id, "state": state}
        )
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _answer(self, state, answer, now=None):
        """Answer the customer: record it, tell them, and end the activity.

        :param state: how it ends
        :param answer: the customer reads it
        :raise AccessError: unless the user is a Collections user
        :raise UserError: if it isn't open anymore
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        self._check_open()
        record = self.sudo()
        record.write(
            {
                "answer": answer,
                "answered_at": now or fields.Datetime.now(),
                "answered_by_id": self.env.uid,
            }
        )
        record._set_ended(state)
        record._send_answer()

    def _check_open(self):
        """:raise UserError: if it was answered or withdrawn, perhaps just now"""
        wait_and_lock(self)
        if self.state != OPEN:
            raise UserError(
                self.env._(
                    "This is no longer open: it is “%(state)s.”",
                    state=self._get_state_label(),
                )
            )

    def _set_ended(self, state):
        """Hook: end it, and the activity with it."""
        self.state = state
        self.company_id._close_collection_activities(
            self, self._get_state_label(), (self._answer_activity,)
        )

    # -- who is told ------------------------------------------------------------------

    def _notify_staff(self):
        """Schedule the activity, in the language of whoever gets it."""
        company = self.company_id
        lang = company._get_collection_responsible().lang
        record = self.with_context(lang=lang)
        company.with_context(lang=lang)._schedule_collection_activity(
            record,
            *record._get_task_texts(),
            code=self._answer_activity,
            deadline=self.deadline,
        )

    def write(self, vals):
        """The activity is due when the answer is."""
        result = super().write(vals)
        if vals.get("deadline"):
            self.sudo().activity_ids.filtered(
                lambda activity: activity.collection_code == self._answer_activity
            ).date_deadline = vals["deadline"]
        return result

    def _get_task_texts(self):
        """Return the summary and the note of the activity."""
        raise NotImplementedError

    def _send_answer(self):
        """Queue the email with the answer; without an address, a note says so."""
        if not self.partner_id._get_collection_email():
            self._message_log(
                body=self.env._(
                    "%(customer)s has no usable email address. The answer is shown in "
                    "the customer's portal only.",
                    customer=self.partner_id.display_name,
                )
            )
            return
        self.env.ref(self._answer_template).send_mail(self.id, force_send=False)
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    # -- texts ------------------------------------------------------------------------

    def _get_choice_label(self, name):
        labels = dict(self._fields[name]._description_selection(self.env))
        return labels.get(self[name], "")

    def _get_state_label(self):
        return self._get_choice_label("state")

    def _get_portal_url(self):
        """Return the public address of the customer's list."""
        return f"{self.company_id._get_public_url()}{self._answer_page}"
