# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields

from .common_rights import RightsCommon


class World(RightsCommon):
    """One record of each model that has rights of ours, in the first company.

    :cvar addon: whose tables are compared
    """

    addon = "paycollect_fsm"

    @classmethod
    def get_table(cls, name):
        return f"{cls.addon}/tests/rights/{name}.csv"

    def set_scene(self):
        super().set_scene()
        self.invoice, self.attempt = self.complete_and_charge()
        self.transaction = self.attempt.transaction_id
        self.dialogs = {}
        self.records = {
            record._name: record
            for record in (
                self.invoice,
                self.attempt,
                self.transaction,
                self.extra,
                self.job,
                self.order,
                self.order.order_line[:1],
                self.job.stage_id,
                self.customer,
                self.company,
                self.provider,
                self.card,
                self.card.consent_ids,
                self.env.ref("paycollect_fsm.decline_code_stripe_stolen_card"),
                self.env["fsm.team"].search([], limit=1),
                *self._make_rows(),
            )
        }
        plan = self.env.ref("paycollect_fsm.retry_plan_default")
        self.records |= {plan._name: plan, plan.step_ids._name: plan.step_ids[:1]}

    def setUp(self):
        super().setUp()
        self.dialogs = dict(self.dialogs)  # those of other tests are rolled back

    def get_record(self, model, role):
        """Return a record of the model; dialogs are the role's own."""
        if self.env[model]._auto and not self.env[model].is_transient():
            return self.records[model]
        if not self.env[model]._auto:
            return self.env[model]  # a report: its rows follow its rule
        if (model, role) not in self.dialogs:
            as_role = self.as_user(self.env[model], role).sudo()
            self.dialogs[model, role] = as_role.create(self._prepare_dialog(model))
        return self.dialogs[model, role].sudo(False)

    def _prepare_dialog(self, model):
        customer = {"partner_id": self.customer.id, "company_id": self.company.id}
        return {
            "paycollect.approve": {"move_id": self.invoice.id},
            "paycollect.charge": {"move_id": self.invoice.id},
            "paycollect.refund.start": self._prepare_refund_vals(),
            "paycollect.take.payment": {
                "move_id": self.invoice.id,
                "order_id": self.job.id,
            },
            "paycollect.custody.receive.line": {
                "wizard_id": self.env["paycollect.custody.receive"].create({}).id,
                "custody_id": self.records["paycollect.custody"].id,
            },
            "paycollect.installment.offer": self._prepare_refund_vals(),
            "paycollect.installment.offer.line": {
                "offer_id": self.env["paycollect.installment.offer"]
                .create(self._prepare_refund_vals())
                .id
            },
            "paycollect.deposit.confirm": {"order_id": self.order.id},
            "paycollect.deposit.settle": {"order_id": self.order.id},
            "paycollect.settlement.import.column": {
                "wizard_id": self.env["paycollect.settlement.import"].create({}).id
            },
            "paycollect.complete": {"order_id": self.job.id},
            "paycollect.method.request": {"partner_id": self.customer.id},
            "paycollect.export": customer,
            "paycollect.forget": customer,
            "paycollect.override": {
                "res_model": "sale.order",
                "res_id": self.order.id,
                "reason": "Paid",
            },
        }.get(model, {})

    def _prepare_refund_vals(self):
        return {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "move_id": self.invoice.id,
            "currency_id": self.invoice.currency_id.id,
        }

    def _make_refund(self):
        """Return a requested refund, and a part of another one."""
        vals = {
            **self._prepare_refund_vals(),
            "amount": 1,
            "reason": "Test",
            "requested_at": fields.Datetime.now(),
        }
        refund, other = self.env["paycollect.refund"].create(
            [vals, {**vals, "state": "failed"}]
        )
        child = self.transaction._create_child_transaction(1, is_refund=True)
        part = self.env["paycollect.refund.part"].create(
            {
                "refund_id": other.id,
                "source_payment_id": self.transaction.payment_id.id,
                "transaction_id": child.id,
                "amount": 1,
            }
        )
        return refund, part

    def _make_custody(self):
        """Return cash that the technician holds, and a step of other cash."""
        now = fields.Datetime.now()
        vals = {
            "company_id": self.company.id,
            "partner_id": self.customer.id,
            "move_id": self.invoice.id,
            "payment_id": self.transaction.payment_id.id,
            "user_id": self.users["technician"].id,
            "kind": "cash",
            "amount": 1,
            "currency_id": self.invoice.currency_id.id,
            "collected_at": now,
            "day": now.date(),
        }
        custody, other = self.env["paycollect.custody"].create(
            [{**vals, "take_key": "1"}, {**vals, "take_key": "2"}]
        )
        other._record_step("handed_in", now)
        return custody, other.event_ids, self.transaction.payment_id

    def _make_plan(self):
        """Return an offered payment plan and its part."""
        plan = self.env["paycollect.installment.plan"].create(
            {
                **self._prepare_refund_vals(),
                "amount": 1,
                "offered_at": fields.Datetime.now(),
                "part_ids": [
                    Command.create({"amount": 1, "date": self.company._get_today()})
                ],
            }
        )
        return plan, plan.part_ids

    def _make_settlement(self):
        """Return a payout, its line, and a difference."""
        today = self.company._get_today()
        vals = {
            "company_id": self.company.id,
            "provider_id": self.provider.id,
            "currency_id": self.invoice.currency_id.id,
            "date": today,
        }
        settlement = self.env["paycollect.settlement"].create(
            {**vals, "reference": "po_1", "amount": 1}
        )
        line = self.env["paycollect.settlement.line"].create(
            {
                **vals,
                "settlement_id": settlement.id,
                "reference": "txn_1",
                "kind": "payment",
                "transaction_id": self.transaction.id,
                "partner_id": self.customer.id,
            }
        )
        found = self.env["paycollect.discrepancy"].create(
            {
                **vals,
                "settlement_id": settlement.id,
                "line_id": line.id,
                "transaction_id": self.transaction.id,
                "key": "amount:other:line1",
                "kind": "amount",
                "code": "other",
                "found_at": fields.Datetime.now(),
            }
        )
        return settlement, line, found

    def _make_block(self):
        """Return a prepaid block, a use of it, and an agreement about the next one."""
        line = self.invoice.invoice_line_ids[:1]
        customer = {"partner_id": self.customer.id, "company_id": self.company.id}
        vals = {
            **customer,
            "product_id": line.product_id.id,
            "currency_id": line.currency_id.id,
        }
        block = self.env["paycollect.hour.block"].create(
            {**vals, "line_id": line.id, "kind": "hours", "hours": 1}
        )
        use = self.env["paycollect.hour.block.use"].create(
            {"block_id": block.id, "line_id": line.id, "line_hours": 1}
        )
        refill = self.env["paycollect.hour.refill"].create(
            {
                **vals,
                "agreed_by_id": self.customer.id,
                "token_id": self.card.id,
                "max_amount": 1,
                "consent_id": self.card.consent_ids[:1].id,
                "agreed_at": fields.Datetime.now(),
            }
        )
        return block, use, refill, line, line.product_id.product_tmpl_id

    def _make_rows(self):
        now = fields.Datetime.now()
        company, provider = self.company, self.provider
        policy = self.env["paycollect.policy"].create(
            {"name": "Own", "collection_mode": "net", "company_id": company.id}
        )
        self.env["paycollect.link"]._issue(self.customer, "method", company)
        in_company = {"company_id": company.id, "provider_id": provider.id}
        rows = {
            "paycollect.approval": {
                "company_id": company.id,
                "kind": "payer",
                "payer_id": self.customer.id,
                "move_id": self.invoice.id,
                "reason": "Test",
                "approved_by_id": self.env.uid,
            },
            "paycollect.revenue.share": {
                "order_id": self.job.id,
                "person_id": self.worker.id,
                "percent": 100,
            },
            "paycollect.hold": {
                "company_id": company.id,
                "order_id": self.order.id,
                "partner_id": self.customer.id,
                "amount": 1,
                "currency_id": company.currency_id.id,
                "token_id": self.card.id,
                "state": "voided",
                "planned_at": now,
            },
            "paycollect.chargeback": {
                **in_company,
                "provider_reference": "dp_1",
                "transaction_id": self.transaction.id,
                "move_ids": [Command.set(self.invoice.ids)],
                "kind": "chargeback",
                "state": "open",
                "currency_id": self.invoice.currency_id.id,
            },
            "paycollect.erasure": {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "user_id": self.env.uid,
                "date": now,
            },
            "paycollect.event": {
                **in_company,
                "event_id": "evt_1",
                "event_type": "charge.refunded",
                "received_at": now,
            },
            "paycollect.inquiry": {
                "attempt_id": self.attempt.id,
                "asked_at": now,
                "way": "person",
                "verdict": "found",
            },
            "paycollect.link.visit": {
                "source_hash": "hash",
                "outcome": "good",
                "visited_at": now,
            },
            "mail.mail": {"body_html": "Test"},
            "paycollect.message": {
                "move_id": self.invoice.id,
                "company_id": company.id,
                "partner_id": self.customer.id,
                "occasion": "declined",
                "channel": "mail",
                "state": "queued",
                "queued_at": now,
            },
            "paycollect.provider.customer": {
                "partner_id": self.customer.id,
                "provider_id": provider.id,
                "reference": "cus_1",
            },
            "paycollect.log": {
                "company_id": company.id,
                "user_id": self.env.uid,
                "kind": "turned_on",
            },
            "paycollect.release": {
                "company_id": company.id,
                "order_id": self.order.id,
                "booking": self.order.name,
                "kind": "released",
                "date": now,
                "user_id": self.env.uid,
                "reason": "Test",
            },
            "paycollect.stop": {
                "company_id": company.id,
                "stopped_at": now,
                "stopped_by_id": self.env.uid,
                "reason": "Test",
            },
        }
        return [
            policy,
            *self._make_refund(),
            *self._make_custody(),
            *self._make_plan(),
            *self._make_block(),
            *self._make_settlement(),
            self.env["paycollect.link"].search([], order="id desc", limit=1),
            self.invoice.activity_schedule("mail.mail_activity_data_todo"),
            *(self.env[name].create(vals) for name, vals in rows.items()),
        ]
