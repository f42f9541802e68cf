# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from odoo.addons.paycollect_fsm.models.company.moments import format_moment

from ..rules.decision import SEND


class PaycollectDunningRemind(models.TransientModel):
    """Dialog: remind a customer by hand."""

    _name = "paycollect.dunning.remind"
    _description = "Remind Now"

    case_id = fields.Many2one("paycollect.dunning.case", required=True, readonly=True)
    currency_id = fields.Many2one(related="case_id.currency_id")
    level_id = fields.Many2one(
        "paycollect.dunning.level",
        required=True,
        domain="[('id', 'in', possible_level_ids)]",
        help="Its texts and channels are used, and it counts as said for what you "
        "choose.",
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "paycollect_dunning_remind_line_rel",
        string="Items",
        domain="[('id', 'in', possible_line_ids)]",
    )
    possible_level_ids = fields.Many2many(
        "paycollect.dunning.level", compute="_compute_possible", compute_sudo=True
    )
    possible_line_ids = fields.Many2many(
        "account.move.line", compute="_compute_possible", compute_sudo=True
    )
    amount = fields.Monetary(compute="_compute_preview", compute_sudo=True)
    summary = fields.Text(
        string="How and When", compute="_compute_preview", compute_sudo=True
    )
    warning = fields.Text(compute="_compute_preview", compute_sudo=True)

    @api.depends("case_id")
    def _compute_possible(self):
        now = fields.Datetime.now()
        for dialog in self:
            dialog.possible_level_ids = dialog.case_id._get_speaking_levels()
            dialog.possible_line_ids = dialog.case_id._find_remindable(now)

    @api.depends("level_id", "line_ids")
    def _compute_preview(self):
        now = fields.Datetime.now()
        for dialog in self:
            case, lines = dialog.case_id._origin, dialog.line_ids._origin
            level = dialog.level_id._origin
            dialog.update({"amount": 0.0, "summary": False, "warning": False})
            if not (lines and level):
                continue
            outcome = case._decide_by_hand(lines, level, self.env.user, now)
            if outcome.decision.action == SEND:
                _may, warnings = case._find_warnings(outcome, now)
                dialog.amount = outcome.decision.amount
                dialog.warning = "\n".join(warnings)
                dialog.summary = dialog._get_summary(case, level, now)

    def _get_summary(self, case, level, now):
        """Return by which channel the customer is told, where and when."""
        message = self.env["paycollect.dunning.message"]
        labels = dict(message._fields["channel"]._description_selection(self.env))
        texts = [
            self.env._(
                "%(channel)s to %(address)s, %(when)s",
                channel=labels[contact.channel],
                address=", ".join(contact.address.splitlines()),
                when=self._get_moment(contact.send_at, now),
            )
            for contact in case._choose_contacts(level, now)[case]
        ]
        return "\n".join(texts) or case._get_reason_text("unreachable", {})

    def _get_moment(self, at, now):
        if at <= now:
            return self.env._("now")
        return format_moment(self.env, at)

    def action_remind(self):
        """Button: send it; the plan goes on with everything else.

        :raise UserError: see ``paycollect.dunning.case._remind``
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self.case_id)
        case = self.case_id.sudo()
        lines = self.line_ids.sudo() & self.sudo().possible_line_ids
        case._remind(lines, self.level_id.sudo(), self.env.user, fields.Datetime.now())
