# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields

from odoo.addons.paycollect_portal.tests.rights.world import PortalWorld


class DunningWorld(PortalWorld):
    """The world with one record of each model that this addon adds."""

    addon = "paycollect_dunning"

    def _make_rows(self):
        return [
            *super()._make_rows(),
            self._make_promise(),
            *self._make_case(),
            *self._make_handoff(),
            *self._make_replay(),
            *self._make_forecast(),
            self.env["paycollect.risk.grade"].create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "day": self.company._get_today(),
                    "grade": "E",
                }
            ),
            self._make_reply(),
            *self._make_late_fee(),
            *self._make_cash_report(),
            self.get_user("an_administrator"),
            self.env["paycollect.evidence"].create(
                {
                    "chargeback_id": self._make_chargeback().id,
                    "company_id": self.company.id,
                }
            ),
        ]

    def _make_promise(self):
        today = self.company._get_today()
        return self.env["paycollect.promise"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": self.invoice.currency_id.id,
                "amount": 1,
                "date": today,
                "until": today,
                "move_ids": [Command.set(self.invoice.ids)],
                "source": "staff",
                "promised_at": fields.Datetime.now(),
                "promised_on": today,
            }
        )

    def _prepare_dialog(self, model):
        customer = {"partner_id": self.customer.id, "company_id": self.company.id}
        return super()._prepare_dialog(model) or {
            "paycollect.promise.record": customer,
            "paycollect.dunning.hold": {
                "case_id": self.records["paycollect.dunning.case"].id,
                "reason": "Asked",
            },
            "paycollect.dunning.remind": {
                "case_id": self.records["paycollect.dunning.case"].id,
                "level_id": self.env.ref("paycollect_dunning.level_friendly").id,
            },
            **self._prepare_handoff_dialogs(),
            "paycollect.bank.match": {
                "case_id": self.records["paycollect.dunning.case"].id,
                "bank_line_id": self._make_bank_line().id,
            },
            "paycollect.dunning.call": {
                "message_id": self.records["paycollect.dunning.message"].id
            },
        }.get(model, {})

    def _make_bank_line(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": fields.Date.to_date("2026-03-02"),
                "amount": 1,
                "payment_ref": "Transfer",
            }
        )

    def _make_case(self):
        """Return the shipped plan, a level, and a case with a reminder of one item."""
        now = fields.Datetime.now()
        plan = self.env["paycollect.dunning.plan"]._create_default(self.company)
        own = {
            "company_id": self.company.id,
            "currency_id": self.company.currency_id.id,
        }
        case = self.env["paycollect.dunning.case"].create(
            {"partner_id": self.customer.id, "opened_at": now, **own}
        )
        level = plan.level_ids[:1]
        message = self.env["paycollect.dunning.message"].create(
            {
                "case_id": case.id,
                "partner_id": self.customer.id,
                "level_id": level.id,
                "state": "queued",
                "date": now,
                **own,
            }
        )
        line = self.env["paycollect.dunning.message.line"].create(
            {"message_id": message.id, "due_date": now.date(), "level_id": level.id}
            | own
        )
        return plan, self._make_level(plan), case, message, line

    def _make_level(self, plan):
        return self.env["paycollect.dunning.level"].create(
            {"plan_id": plan.id, "name": "Own", "delay_days": 90}
        )

    def _make_handoff(self):
        """Return an agency, and a hand-over of the case with an item and a call."""
        now, company = fields.Datetime.now(), self.company
        agency = self.env["paycollect.agency"].create(
            {"name": "Fair Recovery", "company_id": company.id}
        )
        case = self.env["paycollect.dunning.case"].search(
            [("company_id", "=", company.id)], limit=1
        )
        own = {"company_id": company.id, "currency_id": company.currency_id.id}
        handoff = self.env["paycollect.handoff"].create(
            {
                "case_id": case.id,
                "partner_id": self.customer.id,
                "agency_id": agency.id,
                "proposed_at": now,
                **own,
            }
        )
        row = {"handoff_id": handoff.id, "company_id": company.id}
        item = self.env["paycollect.handoff.item"].create(
            {**row, "currency_id": company.currency_id.id}
        )
        call = self.env["paycollect.handoff.call"].create(
            {**row, "version": 1, "event": "handed_over", "idempotency_key": "k"}
        )
        return agency, handoff, item, call

    def _prepare_handoff_dialogs(self):
        handoff = self.records["paycollect.handoff"]
        company = {"company_id": self.company.id}
        cases = {"case_ids": [Command.set(handoff.case_id.ids)]}
        return {
            "paycollect.handoff.end": {
                "handoff_id": handoff.id,
                "state": "refused",
                "text": "A good customer.",
            },
            **self._prepare_preview_dialogs(),
            "paycollect.handoff.import": company,
            "paycollect.handoff.import.line": {
                "import_id": self._make_parent("paycollect.handoff.import", company)
            },
            "paycollect.write.off": cases,
        }

    def _make_replay(self):
        company = {"company_id": self.company.id}
        plan = self.env["paycollect.dunning.plan"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        record = self.env["paycollect.dunning.replay"].create(
            {"plan_id": plan.id, **company}
        )
        line = record.line_ids.create(
            {
                "replay_id": record.id,
                "plan_id": plan.id,
                "currency_id": self.company.currency_id.id,
                **company,
            }
        )
        return record, line

    def _make_forecast(self):
        company = {"company_id": self.company.id}
        record = self.env["paycollect.forecast"].create(
            {"day": self.company._get_today(), **company}
        )
        of_it = {"forecast_id": record.id, **company}
        return (
            record,
            self.env["paycollect.forecast.week"].create({"week_number": 1, **of_it}),
            self.env["paycollect.forecast.item"].create(
                {"source": "item", "week_amounts": "1", **of_it}
            ),
        )

    def _make_chargeback(self):
        return self.env["paycollect.chargeback"].search(
            [("company_id", "=", self.company.id)], limit=1
        )

    def _make_late_fee(self):
        """Return a charge, and the rate of a plan."""
        line = self.invoice.line_ids.filtered("date_maturity")[:1]
        fee = self.env["paycollect.late.fee"].create(
            {
                "line_id": line.id,
                "move_id": self.invoice.id,
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "kind": "fixed",
                "period": "once",
                "charged_on": "2026-03-02",
            }
        )
        plan = self.env["paycollect.dunning.plan"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        rate = self.env["paycollect.late.fee.rate"].create(
            {"plan_id": plan.id, "date": "2026-01-01", "percent": 2.0}
        )
        return fee, rate

    def _make_cash_report(self):
        reports = self.env["paycollect.cash.report"]
        report = reports._make(self.company, fields.Datetime.now())
        return report, report.line_ids[:1]

    def _make_parent(self, model, vals):
        return self.env[model].create(vals).id

    def _prepare_preview_dialogs(self):
        plan = {"plan_id": self.records["paycollect.dunning.plan"].id}
        preview = self._make_parent("paycollect.dunning.preview", plan)
        customer = {"partner_id": self.customer.id}
        return {
            "paycollect.dunning.preview": plan,
            "paycollect.dunning.preview.line": {"preview_id": preview, **customer},
            "paycollect.dunning.activation": plan,
            "paycollect.late.fee.preview": plan,
            "paycollect.late.fee.preview.line": {
                "preview_id": self._make_parent("paycollect.late.fee.preview", plan)
            },
        }

    def _make_reply(self):
        case = self.env["paycollect.dunning.case"].search(
            [("partner_id", "=", self.customer.id)]
        )
        replies = self.env["paycollect.dunning.reply"]
        return replies._receive(case, "mail", "I paid", fields.Datetime.now())
