# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .paycollect_risk_grade import GRADES

READERS = "account.group_account_invoice,account.group_account_readonly"


class ResPartner(models.Model):
    """A customer's current risk grade in the user's company."""

    _inherit = "res.partner"

    collection_grade = fields.Selection(
        GRADES,
        string="Risk Grade",
        compute="_compute_collection_grade",
        search="_search_collection_grade",
        compute_sudo=True,
        groups=READERS,
        help="From A, pays on time, to E. It is based on the last 12 months.",
    )
    collection_grade_reason = fields.Text(
        string="Reasons for the Grade",
        compute="_compute_collection_grade",
        compute_sudo=True,
        groups=READERS,
    )
    collection_grade_suggestion = fields.Text(
        string="Suggestion",
        compute="_compute_collection_grade",
        compute_sudo=True,
        groups=READERS,
    )

    @api.depends_context("company", "lang")
    def _compute_collection_grade(self):
        rows = self._find_grades()
        none = self.env["paycollect.risk.grade"]
        for partner in self:
            row = rows.get(partner.commercial_partner_id._origin.id, none)
            partner.collection_grade = row.grade
            partner.collection_grade_reason = row.reason
            partner.collection_grade_suggestion = (
                row.suggestion if row.can_accept else False
            )

    def _find_grades(self):
        """Return ``{customer's ID: its current row}`` in the user's company, in one
        query."""
        found = self.env["paycollect.risk.grade"].search(
            [
                ("partner_id", "in", self.commercial_partner_id._origin.ids),
                ("company_id", "=", self.env.company.id),
                ("is_current", "=", True),
            ]
        )
        return {row.partner_id.id: row for row in found}

    def _search_collection_grade(self, operator, value):
        if operator != "in":
            return NotImplemented
        grades = self.env["paycollect.risk.grade"].sudo()
        current = [("company_id", "=", self.env.company.id), ("is_current", "=", True)]
        wanted = [("grade", "in", [grade for grade in value if grade])]
        found = grades.search([*current, *wanted]).partner_id
        domain = [("commercial_partner_id", "in", found.ids)]
        if False in value:
            known = grades.search(current).partner_id
            domain = ["|", *domain, ("commercial_partner_id", "not in", known.ids)]
        return domain

    def action_accept_suggestion(self):
        """Button: use the suggested policy (Collections users).

        :raise UserError: without a suggestion
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        row = self.sudo()._find_grades().get(self.commercial_partner_id.id)
        if not row:
            raise UserError(self.env._("Nothing is suggested for this customer."))
        return row.with_env(self.env).action_accept()

    def action_view_grades(self):
        """Button: open the customer's grades over time."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can open risk grades.")
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_dunning.action_paycollect_risk_grade"
        )
        return action | {
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
            "context": {},
        }
