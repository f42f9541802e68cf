# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.const import CALL, HANDED_OVER, LETTER, MAIL, SMS
from ..rules.decision import ASK, CLOSE, NONE, PAUSE, SEND, SKIP, WAIT


class PaycollectDunningPreview(models.TransientModel):
    """Who would be reminded by a plan today."""

    _name = "paycollect.dunning.preview"
    _description = "Preview of a Dunning Plan"

    plan_id = fields.Many2one("paycollect.dunning.plan", required=True)
    made_at = fields.Datetime(readonly=True)
    line_ids = fields.One2many(
        "paycollect.dunning.preview.line", "preview_id", readonly=True
    )

    def _open(self, now):
        """Decide, and open the list. Rights are checked by who calls.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        plan, preview = self.plan_id, self.sudo()
        preview.made_at = now
        rows = self.env["paycollect.dunning.case"]._preview(plan.sudo(), now)
        preview.line_ids.create([preview._prepare_line(*row) for row in rows])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Today by “%s”", plan.name),
            "res_model": "paycollect.dunning.preview.line",
            "view_mode": "list",
            "domain": [("preview_id", "=", self.id)],
            "context": {"search_default_group_action": 1},
            "help": self._get_nothing_help(rows),
        }

    def _get_nothing_help(self, rows):
        """Return what the empty list says (``Markup``), or False."""
        if rows:
            return False
        title = self.env._("Nobody would be reminded by this plan today")
        text = self.plan_id.sudo()._get_other_plans_text() or self.env._(
            "Nobody owes anything that a plan asks for."
        )
        body = '<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>'
        return Markup(body) % (title, text)

    def _prepare_line(self, outcome, contacts):
        decision = outcome.decision
        code, values = decision.code, decision.values
        labels = dict(self.env["paycollect.dunning.preview.text"]._get_channels())
        if late := [one for one in contacts if one["reason_code"]]:
            code, values = late[0]["reason_code"], late[0]["reason_values"]
        level_id = outcome.level_id or outcome.told_id
        return {
            "preview_id": self.id,
            "partner_id": outcome.partner_id,
            "currency_id": outcome.currency_id,
            "company_id": self.plan_id.company_id.id,
            "level_id": level_id or False,
            "amount": decision.amount,
            "item_count": len(decision.entries),
            "action": decision.action,
            "channels": ", ".join(labels[one["channel"]] for one in contacts),
            "address": ", ".join(dict.fromkeys(one["address"] for one in contacts)),
            "send_at": min((one["send_at"] for one in contacts), default=False),
            "next_date": decision.next_date,
            "reason_code": code,
            "reason_values": values,
        }


class PaycollectDunningPreviewLine(models.TransientModel):
    """One customer of a preview: what would be said, or why not."""

    _name = "paycollect.dunning.preview.line"
    _description = "Customer in a Preview"
    _order = "id"

    preview_id = fields.Many2one(
        "paycollect.dunning.preview", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    level_id = fields.Many2one("paycollect.dunning.level", readonly=True)
    amount = fields.Monetary(readonly=True)
    item_count = fields.Integer(string="Due Parts", readonly=True)
    action = fields.Selection(
        [
            (SEND, "Message today"),
            (ASK, "Needs a decision"),
            (WAIT, "Waits"),
            (PAUSE, "Paused"),
            (SKIP, "Passed over"),
            (HANDED_OVER, "Handed over"),
            (CLOSE, "Nothing to ask for"),
            (NONE, "Nothing to do"),
        ],
        string="What Happens",
        readonly=True,
    )
    channels = fields.Char(string="By", readonly=True)
    address = fields.Char(string="To", readonly=True)
    send_at = fields.Datetime(string="Send On", readonly=True)
    next_date = fields.Date(string="Next Step", readonly=True)
    reason_code = fields.Char(readonly=True)
    reason_values = fields.Json(readonly=True)
    reason = fields.Text(string="Why", compute="_compute_reason")

    @api.depends("reason_code", "reason_values")
    @api.depends_context("lang")
    def _compute_reason(self):
        cases = self.env["paycollect.dunning.case"].sudo()
        for line in self:
            case = cases.new(
                {
                    "partner_id": line.partner_id.id,
                    "company_id": line.company_id.id,
                    "currency_id": line.currency_id.id,
                }
            )
            line.reason = line.reason_code and case._get_reason_text(
                line.reason_code, line.reason_values or {}
            )

    def action_show(self):
        """Button: show the message as its customer would read it (Collections
        users)."""
        self.ensure_one()
        plan = self.sudo().preview_id.plan_id.with_env(self.env)
        self.env["paycollect.access"]._check_user(plan)
        texts = self.env["paycollect.dunning.case"]._preview_texts(
            plan.sudo(),
            (self.partner_id.id, self.currency_id.id),
            fields.Datetime.now(),
        )
        if not texts:
            raise UserError(
                self.env._("No message goes to %s today.", self.partner_id.display_name)
            )
        dialog = (
            self.env["paycollect.dunning.preview.text"]
            .sudo()
            .create({"line_id": self.id, **_merge(texts)})
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.partner_id.display_name,
            "res_model": dialog._name,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
        }


class PaycollectDunningPreviewText(models.TransientModel):
    """A message as its customer would read it."""

    _name = "paycollect.dunning.preview.text"
    _description = "Message in a Preview"

    line_id = fields.Many2one("paycollect.dunning.preview.line", readonly=True)
    address = fields.Char(string="To", readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Html(string="Email or Letter", readonly=True, sanitize=False)
    text = fields.Text(string="SMS", readonly=True)
    script = fields.Html(string="Call Script", readonly=True)

    @api.model
    def _get_channels(self):
        """Return the channels with their labels."""
        messages = self.env["paycollect.dunning.message"]
        return messages._fields["channel"]._description_selection(self.env)


def _merge(texts):
    """Return the values of the dialog for the texts of all channels."""
    written = [one for one in texts if one["channel"] in (MAIL, LETTER)][:1]
    texted = [one for one in texts if one["channel"] == SMS][:1]
    called = [one for one in texts if one["channel"] == CALL][:1]
    addresses = dict.fromkeys(one["address"] for one in texts if one["address"])
    return {
        "address": ", ".join(addresses),
        "subject": written[0]["subject"] if written else False,
        "body": written[0]["body"] if written else False,
        "text": texted[0]["text"] if texted else False,
        "script": called[0]["body"] if called else False,
    }
