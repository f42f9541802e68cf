# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

READERS = "account.group_account_invoice,account.group_account_readonly"


class ResPartner(models.Model):
    """How often the bank returned a customer's checks."""

    _inherit = "res.partner"

    collection_bounced_checks = fields.Integer(
        string="Returned Checks",
        compute="_compute_collection_bounced_checks",
        compute_sudo=True,
        groups=READERS,
    )
    collection_no_checks = fields.Boolean(
        string="No Checks",
        compute="_compute_collection_bounced_checks",
        compute_sudo=True,
        groups=READERS,
        help="The bank returned too many of this customer's checks. Workers are told "
        "to take no more.",
    )

    @api.depends_context("company")
    def _compute_collection_bounced_checks(self):
        company = self.env.company
        counts = self._count_bounced_checks(company)
        limit = company.sudo().collection_bounce_limit
        for partner in self:
            count = counts.get(partner.commercial_partner_id.id, 0)
            partner.collection_bounced_checks = count
            partner.collection_no_checks = 0 < limit <= count

    def _count_bounced_checks(self, company):
        """Return ``{customer's ID: number of returned checks}``, in bulk.

        A check that was returned twice counts twice.
        """
        groups = (
            self.env["account.payment"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "=", company.id),
                    ("collection_bounce_move_id", "!=", False),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        return {partner.id: count for partner, count in groups}

    def action_open_checks(self):
        """Button: open the customer's checks."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can open a customer's checks.")
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_portal.action_paycollect_check_notice"
        )
        customer = self.commercial_partner_id
        return action | {
            "domain": [("partner_id", "child_of", customer.id)],
            "context": {},
        }

    def _get_check_refusal(self, company):
        customer = self.commercial_partner_id.with_company(company)
        if customer.collection_no_checks:
            return self.env._(
                "Take no check from this customer: the bank returned %(count)s.",
                count=customer.collection_bounced_checks,
            )
        return super()._get_check_refusal(company)
