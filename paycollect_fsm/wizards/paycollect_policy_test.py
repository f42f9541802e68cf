# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models


class PaycollectPolicyTest(models.TransientModel):
    _name = "paycollect.policy.test"
    _description = "Collection Policy Test"

    partner_id = fields.Many2one("res.partner", string="Customer")
    amount = fields.Monetary(help="0: the amount is not known yet.")
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    order_type_id = fields.Many2one("fsm.order.type", string="Job Type")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    policy_id = fields.Many2one("paycollect.policy", compute="_compute_result")
    reason = fields.Char(compute="_compute_result")
    rule_text = fields.Char(related="policy_id.rule_text")
    trial_html = fields.Html(
        string="Policies in Order", compute="_compute_result", sanitize=False
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for test in self:
            test.currency_id = test.company_id.currency_id

    @api.depends("partner_id", "amount", "currency_id", "order_type_id", "company_id")
    def _compute_result(self):
        access = self.env["paycollect.access"]
        for test in self:
            access._check_user(test.company_id)
            access._check_user(test.partner_id._origin)
            if not test.partner_id or not test.company_id:
                test.policy_id = test.reason = test.trial_html = False
                continue
            policies, policy, trials, basis = next(
                self.env["paycollect.policy"]._try_policies([test._prepare_request()])
            )
            test.policy_id = policy.id
            test.reason = policies._get_basis_text(basis)
            test.trial_html = test._render_trials(policies, policy, trials or [])

    def _prepare_request(self):
        return {
            "partner": self.partner_id,
            "amount": self.amount or None,
            "order_type": self.order_type_id,
            "company": self.company_id,
            "currency": self.currency_id,
        }

    def _render_trials(self, policies, chosen, trials):
        """Return an HTML list of all policies in order, with the result of each."""
        outcome = {trial.key: trial for trial in trials}
        rows = Markup()
        for policy in policies:
            icon, style, text = self._get_trial_row(policy, chosen, outcome)
            rows += Markup(
                '<li class="list-group-item d-flex gap-2 %(style)s">'
                '<i class="fa fa-fw %(icon)s mt-1" role="img" aria-hidden="true"></i>'
                "<div><strong>%(name)s</strong><div>%(text)s</div></div></li>"
            ) % {"style": style, "icon": icon, "name": policy.name, "text": text}
        return Markup('<ol class="list-group mb-0">%s</ol>') % rows

    def _get_trial_row(self, policy, chosen, outcome):
        """Return (icon, style, text) for one policy."""
        trial = outcome.get(policy.id)
        if policy == chosen:
            return "fa-check text-success", "", self.env._("Applies.")
        if trial:
            text = policy._get_unmet_text(trial.reasons[0])
            return "fa-times text-danger", "", text
        text = self.env._("Not checked.")
        return "fa-minus", "text-muted", text
