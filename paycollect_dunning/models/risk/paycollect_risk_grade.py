# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules import risk

GRADES = [(grade, grade) for grade in risk.GRADES]
BETTER, SAME, WORSE = "better", "same", "worse"


class PaycollectRiskGrade(models.Model):
    """How risky a customer was on a day, and why. A new row begins when the grade or a
    reason changes; the last one is current."""

    _name = "paycollect.risk.grade"
    _description = "Risk Grade"
    _order = "day desc, id desc"
    _rec_name = "grade"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(
        "res.currency", related="company_id.currency_id", string="Currency"
    )
    day = fields.Date(string="Since", required=True, readonly=True)
    is_current = fields.Boolean(string="Current", readonly=True)
    grade = fields.Selection(GRADES, required=True, readonly=True, index=True)
    score = fields.Integer(
        readonly=True,
        aggregator="avg",
        help="Points of all reasons together, 0 to 100. The more, the riskier.",
    )
    previous_grade = fields.Selection(GRADES, string="Before", readonly=True)
    change = fields.Selection(
        [(BETTER, "Better"), (SAME, "Unchanged"), (WORSE, "Worse")], readonly=True
    )
    reasons = fields.Json(readonly=True, help="Codes, points and values.")
    reason = fields.Text(string="Reasons", compute="_compute_texts")
    exposure = fields.Monetary(
        readonly=True, help="What the customer owes, in the company's currency."
    )
    suggested_mode = fields.Selection(
        [(risk.AUTO, "Charge the method on file"), (risk.PREPAID, "Prepaid")],
        readonly=True,
    )
    suggested_policy_id = fields.Many2one(
        "paycollect.policy", readonly=True, ondelete="set null"
    )
    suggestion_values = fields.Json(readonly=True)
    suggestion = fields.Text(compute="_compute_texts")
    can_accept = fields.Boolean(compute="_compute_can_accept")
    previous_policy_id = fields.Many2one(
        "paycollect.policy",
        string="Policy Before",
        readonly=True,
        ondelete="set null",
        help="Chosen by hand before the suggestion was accepted; empty: none.",
    )
    policy_accepted_at = fields.Datetime(string="Accepted On", readonly=True)
    policy_accepted_by_id = fields.Many2one("res.users", readonly=True)
    undone_at = fields.Datetime(string="Undone On", readonly=True)
    undone_by_id = fields.Many2one("res.users", readonly=True)

    _current = models.UniqueIndex("(partner_id, company_id) WHERE is_current")

    @api.depends("partner_id", "grade")
    def _compute_display_name(self):
        for row in self:
            names = filter(None, (row.partner_id.display_name, row.grade))
            row.display_name = " · ".join(names)

    @api.depends("is_current", "suggested_policy_id", "policy_accepted_at")
    def _compute_can_accept(self):
        for row in self:
            row.can_accept = bool(
                row.is_current
                and row.suggested_policy_id
                and not row.policy_accepted_at
            )

    # -- buttons -------------------------------------------------------------------

    def action_grade_now(self):
        """Button: grade the customers of the company now (Collections users)."""
        company = self.env.company
        self.env["paycollect.access"]._check_user(company)
        self.sudo()._grade(company, fields.Datetime.now())
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_accept(self):
        """Button: use the suggested policy for the customer (Collections users).

        :raise UserError: if it isn't suggested anymore
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        row = self.sudo()
        if not row.can_accept:
            raise UserError(
                self.env._("This isn't suggested anymore. Reload the page.")
            )
        customer = row.partner_id.with_company(row.company_id)
        row.write(
            {
                "previous_policy_id": customer.collection_policy_id.id,
                "policy_accepted_at": fields.Datetime.now(),
                "policy_accepted_by_id": self.env.uid,
            }
        )
        customer.collection_policy_id = row.suggested_policy_id
        row._log(
            self.env._(
                "%(user)s accepted a suggestion: the policy %(policy)s is used from "
                "now on. %(reasons)s",
                user=self.env.user.name,
                policy=row.suggested_policy_id.name,
                reasons=row.reason,
            )
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_undo(self):
        """Button: go back to the policy before (Collections users).

        :raise UserError: if the suggestion wasn't accepted, or the policy was changed
            since
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        row = self.sudo()
        customer = row.partner_id.with_company(row.company_id)
        if not row.policy_accepted_at or row.undone_at:
            raise UserError(self.env._("There is nothing to undo."))
        if customer.collection_policy_id != row.suggested_policy_id:
            raise UserError(
                self.env._(
                    "Somebody has chosen another policy in the meantime. Change it on "
                    "the customer's form."
                )
            )
        customer.collection_policy_id = row.previous_policy_id
        row.write({"undone_at": fields.Datetime.now(), "undone_by_id": self.env.uid})
        row._log(
            self.env._(
                "%(user)s went back to the policy before the suggestion: %(policy)s.",
                user=self.env.user.name,
                policy=row.previous_policy_id.name
                or self.env._("the first matching one"),
            )
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_customer(self):
        """Button: open the customer."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    def _log(self, text):
        self.partner_id.message_post(body=text)
