# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from ...rules import settlement as rules
from ..company.moments import format_day


class PaycollectSettlementLine(models.Model):
    """A movement on the balance at the provider, in a payout or on its way to one."""

    _name = "paycollect.settlement.line"
    _description = "Payout Line"
    _order = "date desc, id desc"
    _rec_name = "reference"

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    settlement_id = fields.Many2one(
        "paycollect.settlement",
        string="Payout",
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Empty while it is on the balance at the provider.",
    )
    reference = fields.Char(
        required=True,
        readonly=True,
        help="ID of the movement at the provider.",
        mask_cards=False,
    )
    kind = fields.Selection(
        [
            (rules.PAYMENT, "Payment"),
            (rules.REFUND, "Refund"),
            (rules.REFUND_FAILED, "Failed refund"),
            (rules.DISPUTE, "Dispute or bank return"),
            (rules.FEE, "Fee"),
            (rules.RESERVE, "Reserve"),
            (rules.ADJUSTMENT, "Adjustment"),
            (rules.RETURNED, "Returned payout"),
            (rules.OTHER, "Other"),
            (rules.BALANCE, "Balance"),
            (rules.REMAINDER, "Unexplained"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    label = fields.Char(
        string="Type at the Provider", readonly=True, help="What the provider calls it."
    )
    date = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    gross = fields.Monetary(readonly=True)
    fee = fields.Monetary(
        readonly=True, help="What the provider deducted. Negative: it was returned."
    )
    net = fields.Monetary(readonly=True)
    source_amount = fields.Monetary(
        string="Customer's Amount",
        currency_field="source_currency_id",
        readonly=True,
        help="What the customer paid or got back, before it was converted.",
    )
    source_currency_id = fields.Many2one(
        "res.currency", string="Customer's Currency", readonly=True
    )
    fee_parts = fields.Json(readonly=True)
    fee_text = fields.Char(string="Fee Details", compute="_compute_fee_text")
    object_ref = fields.Char(
        string="Object ID",
        readonly=True,
        help="ID of the payment, refund or dispute at the provider.",
        mask_cards=False,
    )
    source_refs = fields.Json(readonly=True, mask_cards=False)
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Payment Transaction",
        readonly=True,
        index="btree_not_null",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null"
    )
    chargeback_id = fields.Many2one(
        "paycollect.chargeback",
        string="Dispute",
        readonly=True,
        index="btree_not_null",
    )

    _one_per_provider = models.UniqueIndex("(provider_id, reference)")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self.filtered(lambda line: line.kind not in rules.COMPUTED):
            raise UserError(
                self.env._("Payout lines can't be deleted: they are part of the books.")
            )

    @api.depends("fee_parts", "fee")
    def _compute_fee_text(self):
        for line in self:
            parts = [
                f"{name.replace('_', ' ')} {line.currency_id._format_amount(amount)}"
                for name, amount in line.fee_parts or ()
            ]
            line.fee_text = format_list(self.env, parts) if parts else False

    @api.depends("reference", "object_ref", "source_refs", "settlement_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line._get_shown_reference()

    def _get_shown_reference(self):
        """Return what people know the movement by: its ID at the provider.

        A row of a file without one has a hash instead: its payout and day name it.
        """
        payout = self.settlement_id.reference
        name = self.reference or ""
        if self.object_ref or not payout or not name.startswith(f"{payout}:"):
            return name
        known = next(iter(self.source_refs or ()), payout)
        return f"{known}, {format_day(self.env, self.date)}"

    # -- what it belongs to ------------------------------------------------------

    def _find_transactions(self):
        """Link lines with our transactions and disputes, in bulk."""
        lines = self.filtered(
            lambda line: (
                line.kind in rules.NEEDS_TRANSACTION and not line.transaction_id
            )
        )
        found = lines._search_transactions()
        for line in lines:
            names = [line.object_ref, *(line.source_refs or ())]
            candidates = [found[name] for name in names if name in found]
            if matching := [tx for tx in candidates if line._may_be(tx)]:
                line._set_transaction(matching[0])
        self._find_chargebacks()

    def _set_transaction(self, transaction):
        partner = transaction.partner_id.commercial_partner_id
        self.write({"transaction_id": transaction.id, "partner_id": partner.id})

    def _search_transactions(self):
        """Return ``{reference there or here: transaction}``, the newest first."""
        names = {name for line in self for name in line.source_refs or ()}
        names |= set(self.mapped("object_ref"))
        names.discard(False)
        if not names:
            return {}
        transactions = self.env["payment.transaction"].search(
            [
                "|",
                ("provider_reference", "in", list(names)),
                ("reference", "in", list(names)),
                ("provider_id", "in", self.provider_id._get_account_providers().ids),
            ],
            order="id",
        )
        found = {}
        for tx in transactions:
            for name in filter(None, (tx.reference, tx.provider_reference)):
                found[name] = tx
        return found

    def _may_be(self, transaction):
        """Whether the line can be about this transaction."""
        is_refund = transaction.operation == "refund"
        return is_refund == (self.kind in (rules.REFUND, rules.REFUND_FAILED)) or (
            self.kind == rules.OTHER
        )

    def _find_chargebacks(self):
        """Link the lines of disputes with ours: by their ID, else by the payment."""
        lines = self.filtered(
            lambda line: line.kind == rules.DISPUTE and not line.chargeback_id
        )
        if not lines:
            return
        known = self.env["paycollect.chargeback"].search(
            [
                "|",
                ("provider_reference", "in", lines.mapped("object_ref")),
                ("transaction_id", "in", lines.transaction_id.ids),
            ]
        )
        by_transaction = defaultdict(list)
        for chargeback in known:
            by_transaction[chargeback.transaction_id].append(chargeback)
        by_reference = {back.provider_reference: back for back in known}
        for line in lines:
            own = by_reference.get(line.object_ref)
            others = by_transaction[line.transaction_id]
            if not own and len(others) == 1 and not line._names_dispute():
                own = others[0]
            if own:
                line.chargeback_id = own
                line._set_transaction(line.transaction_id or own.transaction_id)

    def _names_dispute(self):
        """Hook: whether its object is a dispute, rather than the disputed payment."""
        self.ensure_one()
        return False

    def _follow_returns(self, now):
        """Hook: reopen what was paid by debits that this line says were returned.

        :param now: naive UTC datetime
        """

    # -- comparison --------------------------------------------------------------

    def _get_facts(self):
        """Return the :class:`settlement.Line` to compare."""
        self.ensure_one()
        return rules.Line(
            key=self.id,
            kind=self.kind,
            gross=self.gross,
            fee=self.fee,
            net=self.net,
            amount=self.source_amount,
            currency=self.source_currency_id.name or self.currency_id.name,
            decimals=self.currency_id.decimal_places,
            transaction=self.transaction_id.id or None,
            **self._get_dispute_facts(),
        )

    def _get_dispute_facts(self):
        back = self.chargeback_id
        if not back:
            return {}
        same = not back.fee or back.fee_currency_id == self.currency_id
        return {
            "dispute": back.id,
            "known_amount": -back._get_amount_out(),
            "known_fee": back.fee if same else None,
        }
