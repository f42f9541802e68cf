# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..rules.const import OPEN_STATES

WITHOUT_EMPLOYEE = (
    "same_method",
    "backup",
    "new_method",
    "authentication",
    "customer",
    "provider",
)
DEPENDS = {
    "paycollect.attempt": [
        "amount",
        "authentication",
        "company_id",
        "decline_code",
        "decline_kind",
        "done_at",
        "escalate_at",
        "is_lost",
        "move_id",
        "partner_id",
        "sent_at",
        "state",
        "token_id",
        "transaction_id",
        "trigger",
    ],
    "paycollect.consent": ["date", "token_id"],
    "payment.token": [
        "details_changed_at",
        "fingerprint",
        "method_kind",
        "provider_id",
    ],
    "payment.transaction": ["last_state_change", "operation", "token_id"],
    "account.payment": [
        "amount_company_currency_signed",
        "invoice_ids",
        "journal_id",
        "move_id",
        "payment_method_line_id",
        "payment_transaction_id",
        "state",
    ],
    "account.move": [
        "amount_residual_signed",
        "invoice_currency_rate",
        "move_type",
        "origin_payment_id",
        "payment_state",
        "state",
        "statement_line_id",
    ],
    "account.move.line": ["account_type", "date", "journal_id", "move_id"],
    "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id"],
}


class PaycollectRecoveryReport(models.Model):
    """How each invoice with a declined charge was recovered, by its first decline.

    One row per invoice, starting with the first decline; earlier payments don't count.
    Amounts are in company currency. The recovered amount is money received, up to the
    declined amount, without credit notes, write-offs and offsets. Charges that never
    reached the bank were not declined and are left out.
    """

    _name = "paycollect.recovery.report"
    _inherit = "paycollect.recovery.mixin"
    _description = "Payment Recovery"
    _auto = False
    _order = "first_declined_at desc, id desc"
    _rec_name = "move_id"
    _depends = DEPENDS

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    provider_id = fields.Many2one("payment.provider", readonly=True)
    decline_code = fields.Char(readonly=True, help="Code of the first decline.")
    state = fields.Selection(
        [
            ("recovered", "Recovered"),
            ("retrying", "Retrying"),
            ("asked", "Waiting for customer"),
            ("given_up", "With accounting"),
            ("credited", "Credited"),
            ("written_off", "Written off or offset"),
            ("canceled", "Invoice canceled"),
        ],
        string="Status",
        readonly=True,
    )
    recovered_by = fields.Selection(
        [
            ("same_method", "Retry of the same method"),
            ("backup", "Backup method"),
            ("new_method", "New or updated method"),
            ("authentication", "Customer confirmation"),
            ("customer", "Online payment by customer"),
            ("provider", "External retry"),
            ("staff", "Manual charge"),
            ("bank", "Bank transfer"),
            ("manual", "Manual payment"),
            ("cash", "Cash"),
            ("check", "Check"),
            ("none", "Not recovered"),
        ],
        readonly=True,
        help="How most of the money was received.",
    )
    recovered_at = fields.Datetime(string="Recovered On", readonly=True)
    days_to_recovery = fields.Integer(
        string="Days to Recovery",
        readonly=True,
        aggregator="avg",
        help="Days from the first decline to the last payment received.",
    )
    tries = fields.Integer(
        string="Attempts",
        readonly=True,
        aggregator="avg",
        help="Number of charges sent to the provider.",
    )
    hands_off_30 = fields.Float(
        string="Automatic Recovery (30 Days)",
        readonly=True,
        aggregator="avg",
        help="Share of invoices paid within 30 days without any action by your team. "
        "Figures for the last 30 days are not final yet.",
    )

    def action_open_invoice(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    # -- query -----------------------------------------------------------------

    @property
    def _table_query(self):
        return self._get_recovery_query()

    @api.model
    def _get_recovery_query(self):
        """Return the query: first declines, payments since then, and the status."""
        return SQL(
            """
            WITH declined AS (%(declined)s),
            judged AS (
                SELECT declined.*, money.paid, money.way, money.paid_at,
                       money.credited, tries.tries, tries.is_open, tries.is_asked,
                       move.state AS move_state, move.payment_state
                  FROM declined
                  JOIN account_move move ON move.id = declined.move_id
                 CROSS JOIN LATERAL (%(money)s) money
                 CROSS JOIN LATERAL (%(tries)s) tries
            ),
            counted AS (
                SELECT judged.*,
                       LEAST(COALESCE(paid, 0), amount) AS recovered,
                       COALESCE(paid, 0) >= amount - 0.005 AS is_recovered
                  FROM judged
            )
            SELECT id, move_id, company_id, currency_id, partner_id, provider_id,
                   method_kind, decline_kind, decline_code, tries,
                   declined_at AS first_declined_at,
                   amount AS amount_declined,
                   recovered AS amount_recovered,
                   recovered / NULLIF(amount, 0) AS recovery_rate,
                   %(state)s AS state,
                   CASE WHEN recovered > 0 THEN way ELSE 'none' END AS recovered_by,
                   CASE WHEN recovered > 0 THEN paid_at END AS recovered_at,
                   CASE WHEN recovered > 0
                        THEN GREATEST(paid_at::date - declined_at::date, 0)
                   END AS days_to_recovery,
                   CASE WHEN is_recovered AND way IN %(without_employee)s
                             AND paid_at <= declined_at + interval '30 days'
                        THEN 1.0 ELSE 0.0
                   END AS hands_off_30
              FROM counted
            """,
            declined=self._get_declined_query(),
            money=self._get_money_query(),
            tries=self._get_tries_query(),
            state=self._get_state_sql(),
            without_employee=WITHOUT_EMPLOYEE,
        )

    def _get_declined_query(self):
        """Return the query for each invoice's first decline, in company currency.

        A decline that later succeeded keeps its type, so that it stays in its week.
        """
        return SQL(
            """
            SELECT DISTINCT ON (attempt.move_id)
                   attempt.id, attempt.move_id, attempt.company_id, attempt.partner_id,
                   attempt.token_id, attempt.decline_code,
                   COALESCE(attempt.decline_kind, 'none') AS decline_kind,
                   CASE WHEN attempt.state = 'declined'
                        THEN COALESCE(attempt.done_at, attempt.sent_at)
                        ELSE attempt.sent_at
                   END AS declined_at,
                   ROUND(
                       attempt.amount
                       / COALESCE(NULLIF(move.invoice_currency_rate, 0), 1)::numeric,
                       COALESCE(currency.decimal_places, 2)
                   ) AS amount,
                   currency.id AS currency_id,
                   token.provider_id, token.method_kind, token.fingerprint
              FROM paycollect_attempt attempt
              JOIN account_move move ON move.id = attempt.move_id
              JOIN res_company company ON company.id = attempt.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
              JOIN payment_token token ON token.id = attempt.token_id
             WHERE attempt.sent_at IS NOT NULL
               AND attempt.is_lost IS NOT TRUE
               AND (attempt.state = 'declined' OR attempt.decline_kind IS NOT NULL)
          ORDER BY attempt.move_id, attempt.sent_at, attempt.id
            """
        )

    def _get_tries_query(self):
        return SQL(
            """
            SELECT COUNT(*) FILTER (WHERE sent_at IS NOT NULL) AS tries,
                   COALESCE(BOOL_OR(state IN %(open)s), FALSE) AS is_open,
                   BOOL_OR(escalate_at IS NOT NULL) AS is_asked
              FROM paycollect_attempt
             WHERE move_id = declined.move_id
            """,
            open=OPEN_STATES,
        )

    def _get_money_query(self):
        """Return the query for what was applied to the invoice since the decline, in
        company currency."""
        return SQL(
            """
            SELECT SUM(amount) FILTER (WHERE way NOT IN ('credit', 'entry')) AS paid,
                   SUM(amount) FILTER (WHERE way = 'credit') AS credited,
                   MAX(paid_at) FILTER (WHERE way NOT IN ('credit', 'entry'))
                       AS paid_at,
                   (ARRAY_AGG(way ORDER BY amount DESC, paid_at)
                       FILTER (WHERE way NOT IN ('credit', 'entry')))[1] AS way
              FROM (
                    SELECT source.amount, %(paid_at)s AS paid_at, %(way)s AS way,
                           tx.id IS NULL AS is_dated
                      FROM (%(sources)s) source
                 LEFT JOIN account_payment payment ON payment.id = source.payment_id
                 LEFT JOIN account_payment_method_line line
                           ON line.id = payment.payment_method_line_id
                 LEFT JOIN account_payment_method method
                           ON method.id = line.payment_method_id
                 LEFT JOIN account_journal journal ON journal.id = source.journal_id
                 LEFT JOIN payment_transaction tx
                           ON tx.id = payment.payment_transaction_id
                 LEFT JOIN paycollect_attempt charge ON charge.transaction_id = tx.id
                 LEFT JOIN payment_token token ON token.id = tx.token_id
                   ) money
             WHERE CASE WHEN money.is_dated
                        THEN money.paid_at >= DATE_TRUNC('day', declined.declined_at)
                        ELSE money.paid_at >= declined.declined_at
                   END
            """,
            sources=self._get_sources_query(),
            paid_at=self._get_paid_at_sql(),
            way=self._get_way_sql(),
        )

    def _get_sources_query(self):
        """Return the query for payments, credit notes and entries of the invoice.

        A payment without a journal entry is booked with the bank statement. Until then
        it counts up to the open amount, so that it isn't counted twice.
        """
        return SQL(
            """
            SELECT partial.amount, entry.origin_payment_id AS payment_id,
                   entry.move_type, entry.statement_line_id,
                   counterpart.date, counterpart.journal_id
              FROM account_move_line receivable
              JOIN account_partial_reconcile partial
                   ON partial.debit_move_id = receivable.id
              JOIN account_move_line counterpart
                   ON counterpart.id = partial.credit_move_id
              JOIN account_move entry ON entry.id = counterpart.move_id
             WHERE receivable.move_id = declined.move_id
         UNION ALL
            SELECT LEAST(
                       payment.amount_company_currency_signed,
                       invoice.amount_residual_signed
                   ),
                   payment.id, 'entry', NULL, payment.date, payment.journal_id
              FROM account_move__account_payment link
              JOIN account_payment payment ON payment.id = link.payment_id
              JOIN account_move invoice ON invoice.id = link.invoice_id
             WHERE link.invoice_id = declined.move_id
               AND payment.move_id IS NULL
               AND payment.state IN ('in_process', 'paid')
               AND invoice.amount_residual_signed > 0
            """
        )

    def _get_paid_at_sql(self):
        return SQL(
            "COALESCE(charge.done_at, tx.last_state_change, source.date::timestamp)"
        )

    def _get_way_sql(self):
        """Return the value of ``recovered_by``, or ``credit`` and ``entry``, which
        are no money received."""
        return SQL(
            """
            CASE
            WHEN source.move_type = 'out_refund' THEN 'credit'
            WHEN payment.id IS NULL AND source.statement_line_id IS NULL THEN 'entry'
            WHEN charge.authentication = 'confirmed' THEN 'authentication'
            WHEN charge.decline_kind = 'auth' THEN 'authentication'
            WHEN charge.decline_kind IS NOT NULL THEN 'provider'
            WHEN charge.trigger = 'manual' THEN 'staff'
            WHEN charge.id IS NOT NULL AND (
                token.details_changed_at > declined.declined_at
                OR EXISTS (
                    SELECT FROM paycollect_consent consent
                     WHERE consent.token_id = token.id
                       AND consent.date > declined.declined_at
                )
            ) THEN 'new_method'
            WHEN charge.id IS NOT NULL AND (
                token.id = declined.token_id
                OR (token.fingerprint = declined.fingerprint
                    AND token.provider_id = declined.provider_id)
            ) THEN 'same_method'
            WHEN charge.id IS NOT NULL THEN 'backup'
            WHEN tx.operation LIKE 'online%%' THEN 'customer'
            WHEN tx.id IS NOT NULL THEN 'staff'
            WHEN journal.type = 'cash' THEN 'cash'
            WHEN method.code LIKE '%%check%%' THEN 'check'
            WHEN method.code = 'manual' THEN 'manual'
            ELSE 'bank'
            END
            """
        )

    def _get_state_sql(self):
        return SQL(
            """
            CASE
            WHEN move_state = 'cancel' THEN 'canceled'
            WHEN is_recovered THEN 'recovered'
            WHEN payment_state IN ('paid', 'in_payment', 'reversed')
                THEN CASE WHEN credited > 0 THEN 'credited' ELSE 'written_off' END
            WHEN is_open THEN 'retrying'
            WHEN is_asked THEN 'asked'
            ELSE 'given_up'
            END
            """
        )
