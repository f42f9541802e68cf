# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules import risk


class PaycollectRiskGrade(models.Model):
    """Shorter payment terms: suggested, accepted by a manager, and taken back."""

    _inherit = "paycollect.risk.grade"

    suggested_term_id = fields.Many2one(
        "account.payment.term",
        string="Suggested Payment Terms",
        readonly=True,
        ondelete="set null",
    )
    term_values = fields.Json(readonly=True, help="Days before and after, amount.")
    term_suggestion = fields.Text(
        string="Other Terms", compute="_compute_term_suggestion"
    )
    can_accept_term = fields.Boolean(compute="_compute_can_accept_term")
    previous_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms Before",
        readonly=True,
        ondelete="set null",
        help="The customer's own before the suggestion was accepted; empty: none.",
    )
    term_accepted_at = fields.Datetime(string="Terms Accepted On", readonly=True)
    term_accepted_by_id = fields.Many2one("res.users", readonly=True)
    term_undone_at = fields.Datetime(string="Terms Undone On", readonly=True)
    term_undone_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends(
        "is_current",
        "suggested_term_id",
        "term_accepted_at",
        "policy_accepted_at",
        "undone_at",
    )
    def _compute_can_accept_term(self):
        for row in self:
            row.can_accept_term = bool(
                row.is_current
                and row.suggested_term_id
                and not row.term_accepted_at
                and (row.undone_at or not row.policy_accepted_at)
            )

    @api.depends("suggested_term_id", "term_values")
    @api.depends_context("lang")
    def _compute_term_suggestion(self):
        for row in self:
            row.term_suggestion = row._get_term_text()

    def _get_term_text(self):
        if not self.suggested_term_id:
            return False
        _ = self.env._
        values = self.term_values or {}
        texts = [
            _(
                "Shorten the payment terms from %(before)s days to %(days)s "
                "(%(terms)s).",
                before=values.get("before"),
                days=values.get("days"),
                terms=self.suggested_term_id.name,
            )
            if values.get("days")
            else _(
                "Have invoices paid at once instead of in %(before)s days (%(terms)s).",
                before=values.get("before"),
                terms=self.suggested_term_id.name,
            )
        ]
        if values.get("freed"):
            texts.append(
                _(
                    "Expected effect: if the customer stays as late as today, money "
                    "comes %(sooner)s days sooner, and about %(amount)s less is open "
                    "at any time.",
                    sooner=values["before"] - values["days"],
                    amount=self.currency_id._format_amount(values["freed"]),
                )
            )
        return " ".join(texts)

    # -- buttons -------------------------------------------------------------------

    def action_accept_term(self):
        """Button: use the suggested terms for new invoices of the customer (Collections
        managers).

        :raise UserError: if they aren't suggested anymore, judging by the documents of
            now
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        row, now = self.sudo(), fields.Datetime.now()
        wanted = row.suggested_term_id
        self.sudo()._grade(row.company_id, now)
        if not row.can_accept_term or row.suggested_term_id != wanted:
            raise UserError(
                self.env._("These terms aren't suggested anymore. Reload the page.")
            )
        customer = row.partner_id.with_company(row.company_id)
        row.write(
            {
                "previous_term_id": customer.property_payment_term_id.id,
                "term_accepted_at": now,
                "term_accepted_by_id": self.env.uid,
            }
        )
        customer.property_payment_term_id = wanted
        row._log(
            self.env._(
                "%(user)s accepted a suggestion: new invoices have the payment terms "
                "%(terms)s. %(reasons)s",
                user=self.env.user.name,
                terms=wanted.name,
                reasons=row.reason,
            )
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_undo_term(self):
        """Button: go back to the payment terms before (Collections managers).

        :raise UserError: if the suggestion wasn't accepted, or the terms were changed
            since
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        row = self.sudo()
        customer = row.partner_id.with_company(row.company_id)
        if not row.term_accepted_at or row.term_undone_at:
            raise UserError(self.env._("There is nothing to undo."))
        if customer.property_payment_term_id != row.suggested_term_id:
            raise UserError(
                self.env._(
                    "Somebody has chosen other payment terms in the meantime. Change "
                    "them on the customer's form."
                )
            )
        customer.property_payment_term_id = row.previous_term_id
        row.write(
            {
                "term_undone_at": fields.Datetime.now(),
                "term_undone_by_id": self.env.uid,
            }
        )
        row._log(
            self.env._(
                "%(user)s went back to the payment terms before the suggestion: "
                "%(terms)s.",
                user=self.env.user.name,
                terms=row.previous_term_id.name or self.env._("those of the policy"),
            )
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # -- grading -------------------------------------------------------------------

    def _find_terms(self, company, today):
        """Return ``{days: a term of the company}``, of those with one due date."""
        terms = self.env["account.payment.term"].search(
            [("company_id", "in", (False, company.id))]
        )
        single = terms.filtered(lambda term: len(term.line_ids) == 1)
        return {self._get_term_days(term, today): term for term in reversed(single)}

    def _get_term_days(self, term, today):
        """Return how many days an invoice of the first of the month has, at most."""
        first = today.replace(day=1)
        dues = (line._get_due_date(first) for line in term.line_ids)
        return max(((due - first).days for due in dues), default=0)

    def _prepare_term(self, vals, policy, terms, facts):
        """Return the values of the suggested terms.

        :param vals: those of the row
        :param policy: today's, or None if there is nothing to suggest
        :param terms: see :meth:`_find_terms`
        """
        wanted = None
        if policy:
            company = self.env["res.company"].browse(vals["company_id"])
            customer = self.env["res.partner"].browse(vals["partner_id"])
            own = customer.with_company(company).property_payment_term_id
            days = self._get_term_days(own or policy.payment_term_id, vals["day"])
            wanted = risk.suggest_term(
                vals["grade"], policy.collection_mode, days, tuple(terms), facts
            )
        if not wanted:
            return {"suggested_term_id": False, "term_values": False}
        return {
            "suggested_term_id": terms[wanted.days].id,
            "term_values": {
                "days": wanted.days,
                "before": wanted.before,
                "freed": wanted.freed,
            },
        }
