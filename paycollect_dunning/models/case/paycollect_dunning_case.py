# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.const import CLOSED, EXCEPTION, HANDED_OVER, OPEN, PAUSED
from ...rules.decision import HELD


class PaycollectDunningCase(models.Model):
    """What one customer is asked for, by one company in one currency.

    Everything but the holds and approvals of people is computed by each run from the
    ledger and the messages.
    """

    _name = "paycollect.dunning.case"
    _description = "Dunning Case"
    _inherit = ["mail.thread", "mail.activity.mixin", "paycollect.worker.mixin"]
    _order = "id desc"
    _mail_post_access = "read"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    plan_id = fields.Many2one(
        "paycollect.dunning.plan", readonly=True, ondelete="restrict"
    )
    level_id = fields.Many2one(
        "paycollect.dunning.level",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The highest level at which an item was named that is still asked for.",
    )
    state = fields.Selection(
        [
            (OPEN, "Open"),
            (PAUSED, "Paused"),
            (EXCEPTION, "Needs a decision"),
            (HANDED_OVER, "Handed over"),
            (CLOSED, "Closed"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=OPEN,
        index=True,
    )
    reason_code = fields.Char(readonly=True)
    reason_values = fields.Json(readonly=True)
    reason = fields.Char(string="What Happens Next", compute="_compute_reason")
    amount = fields.Monetary(
        readonly=True,
        help="What the customer was asked for, or may be asked for, at the last check.",
    )
    next_date = fields.Date(string="Next Step", readonly=True, index=True)
    opened_at = fields.Datetime(string="Opened On", required=True, readonly=True)
    closed_at = fields.Datetime(string="Closed On", readonly=True)
    checked_at = fields.Datetime(string="Last Check", readonly=True)
    last_message_at = fields.Datetime(string="Last Message", readonly=True)
    pay_by = fields.Date(
        readonly=True, help="The pay-by date of the last message. Nothing follows it."
    )
    held_until = fields.Date(
        readonly=True,
        tracking=True,
        help="No message until this day. Empty with a reason: until it's released.",
    )
    held_reason = fields.Char(string="Held Because", readonly=True, tracking=True)
    held_by_id = fields.Many2one("res.users", readonly=True)
    old_approved_at = fields.Datetime(
        string="Old Items Approved On",
        readonly=True,
        tracking=True,
        help="A manager approved reminders of items that are older than the plan's "
        "limit.",
    )
    message_row_ids = fields.One2many(
        "paycollect.dunning.message", "case_id", string="Reminders", readonly=True
    )

    _one_open = models.UniqueIndex(
        "(partner_id, company_id, currency_id) WHERE state != 'closed'",
        "The customer already has an open case in this currency.",
    )

    @api.depends("partner_id", "currency_id")
    def _compute_display_name(self):
        for case in self:
            names = (case.partner_id.display_name, case.currency_id.name)
            case.display_name = " · ".join(filter(None, names))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Dunning cases are part of the history and can't be deleted.")
        )

    @api.model
    def _search_running(self, customers, companies):
        """Return the cases of these commercial partners that aren't closed."""
        return self.search(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "in", companies.ids),
                ("state", "!=", CLOSED),
            ]
        )

    # -- buttons ---------------------------------------------------------------

    def action_stop_all(self):
        """Button: stop every reminder of the company (Collections users)."""
        self.env.company.action_stop_dunning()
        return self._get_notice(
            self.env._("Reminders are stopped until a manager resumes them."), "warning"
        )

    def action_resume_all(self):
        """Button: resume the reminders of the company (Collections managers)."""
        self.env.company.action_resume_dunning()
        return self._get_notice(
            self.env._(
                "Reminders are on again. Each case is reviewed before anything is sent."
            ),
            "success",
        )

    def _get_notice(self, text, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_hold(self):
        """Button: ask until when and why nothing is sent (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        dialog = self.env["paycollect.dunning.hold"].sudo().create({"case_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold Reminders"),
            "res_model": dialog._name,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_release(self):
        """Button: let the reminders of the case go on (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        cases = self.sudo()
        cases.write({"held_reason": False, "held_until": False, "held_by_id": False})
        cases.filtered(lambda case: case.reason_code == HELD).write(
            {
                "state": OPEN,
                "reason_code": False,
                "reason_values": False,
                "next_date": False,
            }
        )
        self.env.ref("paycollect_dunning.cron_dunning").sudo()._trigger()

    def action_approve_old(self):
        """Button: remind of items above the plan's age, too (Collections managers)."""
        self.env["paycollect.access"]._check_manager(self)
        self.sudo().old_approved_at = fields.Datetime.now()

    def _hold(self, reason, until, user):
        """Send nothing until a day (None: until it's released).

        :raise UserError: without a reason
        """
        if not (reason or "").strip():
            raise UserError(
                self.env._("Enter why nothing is sent. It's shown on the case.")
            )
        self.sudo().write(
            {
                "held_reason": reason.strip(),
                "held_until": until or False,
                "held_by_id": user.id,
            }
        )
        asking = self.filtered(lambda case: case.state in (OPEN, PAUSED, EXCEPTION))
        asking.sudo().write(
            {
                "state": PAUSED,
                "reason_code": HELD,
                "reason_values": _get_held_values(reason.strip(), until),
                "next_date": until or False,
            }
        )


def _get_held_values(reason, until):
    return {"reason": reason} | ({"date": until.isoformat()} if until else {})
