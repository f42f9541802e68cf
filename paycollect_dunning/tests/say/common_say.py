# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields

from ..common import DunningCommon


class SayCommon(DunningCommon):
    """A customer in New York with a case, and factories for what is said to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env.ref("paycollect_dunning.plan_default")
        cls.plan.sudo().write({"state": "active"})
        cls.levels = {
            name: cls.env.ref(f"paycollect_dunning.level_{name}")
            for name in ("courtesy", "friendly", "statement", "final")
        }
        cls.levels["statement"].attach_statement = False
        cls.company.phone = "+1 212 555 0100"
        cls.customer.write(
            {
                "street": "1 Main St",
                "city": "New York",
                "zip": "10001",
                "state_id": cls.env["res.country.state"]
                .search([("code", "=", "NY"), ("country_id.code", "=", "US")])
                .id,
                "country_id": cls.env.ref("base.us").id,
                "phone": "+1 212 555 0199",
            }
        )
        cls.now = fields.Datetime.now().replace(microsecond=0)

    @classmethod
    def make_case(cls, customer=None, currency=None):
        return cls.env["paycollect.dunning.case"].create(
            {
                "partner_id": (customer or cls.customer).id,
                "company_id": cls.company.id,
                "currency_id": (currency or cls.company.currency_id).id,
                "plan_id": cls.plan.id,
                "opened_at": cls.now,
            }
        )

    @classmethod
    def make_message(cls, case, moves, level="friendly", credit=0.0, **values):
        """Create a message about invoices, as a run does; credit covers the first."""
        level = cls.levels[level]
        lines = moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        ).sorted("date_maturity")
        rows = []
        for line in lines:
            residual = line.amount_residual_currency
            covered, credit = min(credit, residual), max(credit - residual, 0.0)
            rows.append(
                {
                    "company_id": cls.company.id,
                    "line_id": line.id,
                    "move_id": line.move_id.id,
                    "due_date": line.date_maturity,
                    "currency_id": case.currency_id.id,
                    "residual": residual,
                    "credit": covered,
                    "amount": residual - covered,
                    "level_id": level.id,
                }
            )
        return cls.env["paycollect.dunning.message"].create(
            {
                "case_id": case.id,
                "partner_id": case.partner_id.id,
                "company_id": cls.company.id,
                "currency_id": case.currency_id.id,
                "level_id": level.id,
                "channel": "mail",
                "state": "queued",
                "date": cls.now,
                "send_at": cls.now,
                "pay_by": cls.today + timedelta(days=7),
                "amount": sum(row["amount"] for row in rows),
                "move_ids": [Command.set(moves.ids)],
                "line_ids": [Command.create(row) for row in rows],
                **values,
            }
        )

    @classmethod
    def make_contact(cls, **values):
        return cls.env["res.partner"].create(
            {"parent_id": cls.customer.id, "name": "Ana Lopez", **values}
        )
