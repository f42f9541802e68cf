# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.rules import const as charges

from ...rules.const import CALL, LETTER, SENT
from ...rules.handoff import SENT as HANDED_OVER
from .paycollect_ledger import LEDGER_FIELDS

# Triggers of charges that are no first automatic charge
OTHERS = ("manual", "retry")


class PaycollectInvoiceFigure(models.Model):
    """The facts of an invoice, each kind in a query of its own.

    The database leaves out those of which no column is asked for.
    """

    _inherit = "paycollect.invoice.figure"
    _depends = {
        **LEDGER_FIELDS,
        "account.move": [
            "collection_policy_id",
            "commercial_partner_id",
            "invoice_date",
            "is_move_sent",
            "move_type",
            "origin_payment_id",
            "statement_line_id",
        ],
        "account.move.line": [
            *LEDGER_FIELDS["account.move.line"],
            "fsm_order_ids",
        ],
        "account.payment": ["payment_transaction_id"],
        "fsm.order": ["completed_on", "type"],
        "payment.token": ["brand", "method_kind"],
        "paycollect.attempt": [
            "decline_kind",
            "is_lost",
            "move_id",
            "sent_at",
            "state",
            "token_id",
            "transaction_id",
            "trigger",
        ],
        "paycollect.dunning.message": [
            "channel",
            "move_ids",
            "sent_at",
            "sent_by_id",
            "state",
        ],
        "paycollect.handoff": ["state"],
        "paycollect.handoff.item": ["handoff_id", "move_id"],
        "paycollect.message": ["move_id", "occasion", "sent_at", "state"],
        "rating.rating": ["consumed", "rating", "res_id", "res_model"],
        "res.company": ["collection_zone", "currency_id", "figures_step_minutes"],
    }

    def _get_facts_query(self, day):
        return SQL(
            """
            SELECT move.id, move.id AS move_id, move.invoice_date AS date,
                   %(day)s::date AS as_of, move.company_id, company.currency_id,
                   move.commercial_partner_id AS partner_id,
                   move.collection_policy_id AS policy_id,
                   job.order_type_id, job.completed_on, job.completed_day,
                   company.figures_step_minutes AS minutes,
                   COALESCE(money.is_settled AND money.collected > 0, FALSE)
                       AS is_paid,
                   CASE WHEN money.is_settled AND money.collected > 0
                        THEN money.paid_on END AS paid_on,
                   COALESCE(money.total, 0) AS amount,
                   CASE WHEN job.id IS NOT NULL
                        THEN COALESCE(money.total, 0) ELSE 0 END AS amount_jobs,
                   COALESCE(money.collected, 0) AS amount_collected,
                   COALESCE(money.within_7, 0) AS amount_7,
                   COALESCE(money.within_30, 0) AS amount_30,
                   COALESCE(money.late, 0) AS amount_late,
                   COALESCE(money.written_off, 0) + CASE WHEN claim.id IS NOT NULL
                        THEN money.residual ELSE 0 END AS amount_lost,
                   first.outcome AS first_attempt, first.method_kind, first.brand,
                   CASE WHEN first.outcome IN ('paid', 'declined')
                        THEN 1 ELSE 0 END AS first_known,
                   CASE WHEN first.outcome = 'paid' THEN 1 ELSE 0 END AS first_paid,
                   COALESCE(tries.sent, 0) AS attempts,
                   COALESCE(tries.unknown, 0) AS attempts_unknown,
                   EXTRACT(EPOCH FROM said.receipt_at - job.completed_on) / 60.0
                       AS receipt_median,
                   EXTRACT(EPOCH FROM said.receipt_at - job.completed_on) / 60.0
                       AS receipt_p95,
                   CASE WHEN money.is_settled AND money.collected > 0
                        THEN GREATEST(money.paid_on - job.completed_day, 0)
                   END AS cash_days,
                   CASE WHEN money.is_settled AND money.collected > 0
                        THEN 1 ELSE 0 END AS paid_count,
                   CASE WHEN money.is_settled AND money.collected > 0
                             AND %(manual)s = 0
                        THEN 1 ELSE 0 END AS hands_off_count,
                   COALESCE(reminded.messages, 0) AS reminder_count,
                   COALESCE(rated.ratings, 0) AS rated_count,
                   COALESCE(rated.happy, 0) AS happy_count,
                   %(manual)s AS steps_manual, %(saved)s AS steps_saved
              FROM account_move move
              JOIN res_company company ON company.id = move.company_id
         LEFT JOIN (%(jobs)s) job ON job.id = move.id
         LEFT JOIN (%(money)s) money ON money.id = move.id
         LEFT JOIN (%(tries)s) tries ON tries.id = move.id
         LEFT JOIN (%(first)s) first ON first.id = move.id
         LEFT JOIN (%(said)s) said ON said.id = move.id
         LEFT JOIN (%(reminded)s) reminded ON reminded.id = move.id
         LEFT JOIN (%(claims)s) claim ON claim.id = move.id
         LEFT JOIN (%(rated)s) rated ON rated.id = move.id
             WHERE move.move_type = 'out_invoice' AND move.state = 'posted'
               AND move.date <= %(day)s
            """,
            day=day,
            manual=self._get_steps_sql("manual"),
            saved=self._get_steps_sql("saved"),
            jobs=self._get_jobs_query(),
            money=self._get_money_query(day),
            tries=self._get_tries_query(day),
            first=self._get_first_query(day),
            said=self._get_said_query(day),
            reminded=self._get_reminded_query(day),
            claims=self._get_claims_query(),
            rated=self._get_rated_query(day),
        )

    def _get_steps_sql(self, kind):
        """Return the number of steps: bill, send, remind, register payment, match."""
        if kind == "saved":
            return SQL(
                """
                (CASE WHEN job.id IS NOT NULL AND move.collection_policy_id IS NOT NULL
                      THEN 1 ELSE 0 END
                 + CASE WHEN said.id IS NOT NULL THEN 1 ELSE 0 END
                 + COALESCE(reminded.by_plan, 0)
                 + 2 * COALESCE(money.by_system, 0))
                """
            )
        return SQL(
            """
            (CASE WHEN job.id IS NOT NULL AND move.collection_policy_id IS NOT NULL
                  THEN 0 ELSE 1 END
             + CASE WHEN said.id IS NULL AND move.is_move_sent THEN 1 ELSE 0 END
             + COALESCE(reminded.by_hand, 0)
             + COALESCE(tries.by_hand, 0)
             + 2 * COALESCE(money.by_hand, 0))
            """
        )

    def _get_jobs_query(self):
        return SQL(
            """
            SELECT line.move_id AS id, MAX(job.completed_on) AS completed_on,
                   MAX((job.completed_on AT TIME ZONE 'UTC'
                        AT TIME ZONE company.collection_zone)::date) AS completed_day,
                   MIN(job.type) AS order_type_id
              FROM fsm_order_account_move_line_rel link
              JOIN account_move_line line ON line.id = link.account_move_line_id
              JOIN fsm_order job ON job.id = link.fsm_order_id
              JOIN res_company company ON company.id = line.company_id
          GROUP BY line.move_id
            """
        )

    def _get_money_query(self, day):
        """Return SQL of what was matched with the invoice until D.

        ``by_system`` and ``by_hand``: payments, by who registered them. A charge that
        an employee started counts as a step of its own, not here.
        """
        return SQL(
            """
            SELECT item.move_id AS id, SUM(item.total) AS total,
                   SUM(item.total) - SUM(item.matched) AS residual,
                   ROUND(SUM(item.total) - SUM(item.matched), 6) = 0 AS is_settled,
                   SUM(item.collected) AS collected, SUM(item.within_30) AS within_30,
                   SUM(item.within_7) AS within_7, SUM(item.late) AS late,
                   SUM(item.written_off) AS written_off, MAX(item.paid_on) AS paid_on,
                   SUM(item.by_system) AS by_system, SUM(item.by_hand) AS by_hand
              FROM (
                    SELECT line.move_id, line.id, line.balance AS total,
                           COALESCE(SUM(hit.amount), 0) AS matched,
                           COALESCE(SUM(hit.amount) FILTER (WHERE hit.is_money), 0)
                               AS collected,
                           COALESCE(SUM(hit.amount) FILTER (
                               WHERE hit.is_money
                                 AND hit.day <= invoice.invoice_date + 30
                           ), 0) AS within_30,
                           COALESCE(SUM(hit.amount) FILTER (
                               WHERE hit.is_money AND hit.day <= job.completed_day + 7
                           ), 0) AS within_7,
                           COALESCE(SUM(hit.amount) FILTER (
                               WHERE hit.is_money AND hit.day > line.date_maturity
                           ), 0) AS late,
                           COALESCE(SUM(hit.amount) FILTER (
                               WHERE hit.is_written_off
                           ), 0) AS written_off,
                           MAX(hit.day) FILTER (WHERE hit.is_money) AS paid_on,
                           COUNT(DISTINCT hit.payment_id) FILTER (WHERE hit.is_online)
                               AS by_system,
                           COUNT(DISTINCT COALESCE(hit.payment_id, -hit.entry_id))
                               FILTER (WHERE hit.is_money AND NOT hit.is_online)
                               AS by_hand
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                      JOIN account_move invoice ON invoice.id = line.move_id
                 LEFT JOIN (%(jobs)s) job ON job.id = line.move_id
                 LEFT JOIN (%(hits)s) hit ON hit.line_id = line.id
                     WHERE account.account_type = 'asset_receivable'
                       AND invoice.move_type = 'out_invoice'
                       AND line.parent_state = 'posted'
                  GROUP BY line.move_id, line.id
                   ) item
          GROUP BY item.move_id
            """,
            jobs=self._get_jobs_query(),
            hits=self._get_hits_query(day),
        )

    def _get_hits_query(self, day):
        """Return SQL of what an item was matched with. Money is a payment or a line of
        a bank statement; its day is that of the payment, at least the invoice's."""
        return SQL(
            """
            SELECT partial.debit_move_id AS line_id, partial.amount,
                   partial.max_date AS day, entry.id AS entry_id,
                   payment.id AS payment_id,
                   payment.id IS NOT NULL OR entry.statement_line_id IS NOT NULL
                       AS is_money,
                   payment.payment_transaction_id IS NOT NULL AS is_online,
                   payment.id IS NULL AND entry.statement_line_id IS NULL
                       AND entry.move_type = 'entry'
                       AND EXISTS (
                           SELECT FROM account_move_line other
                             JOIN account_account account
                               ON account.id = other.account_id
                            WHERE other.move_id = entry.id
                              AND account.account_type LIKE 'expense%%'
                              AND entry.journal_id IS DISTINCT FROM
                                  company.currency_exchange_journal_id
                       ) AS is_written_off
              FROM account_partial_reconcile partial
              JOIN account_move_line line ON line.id = partial.credit_move_id
              JOIN account_move entry ON entry.id = line.move_id
              JOIN res_company company ON company.id = partial.company_id
         LEFT JOIN account_payment payment ON payment.id = entry.origin_payment_id
             WHERE partial.max_date <= %s
            """,
            day,
        )

    def _get_tries_query(self, day):
        return SQL(
            """
            SELECT move_id AS id, COUNT(*) AS sent,
                   COUNT(*) FILTER (WHERE state = %(unknown)s) AS unknown,
                   COUNT(*) FILTER (WHERE trigger = 'manual') AS by_hand
              FROM paycollect_attempt
             WHERE sent_at < %(day)s::date + 1 AND is_lost IS NOT TRUE
          GROUP BY move_id
            """,
            unknown=charges.UNKNOWN,
            day=day,
        )

    def _get_first_query(self, day):
        """Return SQL of each invoice's first automatic charge. One that was declined
        and went through later was declined."""
        return SQL(
            """
            SELECT DISTINCT ON (attempt.move_id) attempt.move_id AS id,
                   token.method_kind, token.brand,
                   CASE WHEN attempt.state = %(declined)s
                             OR attempt.decline_kind IS NOT NULL THEN 'declined'
                        WHEN attempt.state = %(paid)s THEN 'paid'
                        ELSE 'open'
                   END AS outcome
              FROM paycollect_attempt attempt
         LEFT JOIN payment_token token ON token.id = attempt.token_id
             WHERE attempt.sent_at < %(day)s::date + 1
               AND attempt.is_lost IS NOT TRUE
               AND attempt.trigger NOT IN %(others)s
          ORDER BY attempt.move_id, attempt.sent_at, attempt.id
            """,
            day=day,
            paid=charges.PAID,
            declined=charges.DECLINED,
            others=OTHERS,
        )

    def _get_said_query(self, day):
        """Return SQL of the messages about an invoice that the system sent."""
        return SQL(
            """
            SELECT move_id AS id,
                   MIN(sent_at) FILTER (WHERE occasion = %(receipt)s) AS receipt_at
              FROM paycollect_message
             WHERE state = 'sent' AND move_id IS NOT NULL
               AND sent_at < %(day)s::date + 1
               AND occasion IN %(occasions)s
          GROUP BY move_id
            """,
            day=day,
            receipt=charges.OCCASION_PAID,
            occasions=(
                charges.OCCASION_PAID,
                charges.OCCASION_PART,
                charges.OCCASION_DUE,
                charges.OCCASION_DECLINED,
            ),
        )

    def _get_reminded_query(self, day):
        """Return SQL of the reminders: those by hand are calls, letters, and what an
        employee sent."""
        return SQL(
            """
            SELECT link.move_id AS id, SUM(1.0 / counted.invoices) AS messages,
                   COUNT(*) FILTER (WHERE message.sent_by_id IS NOT NULL
                                       OR message.channel IN %(by_hand)s) AS by_hand,
                   COUNT(*) FILTER (WHERE message.sent_by_id IS NULL
                                      AND message.channel NOT IN %(by_hand)s)
                       AS by_plan
              FROM paycollect_dunning_message_move_rel link
              JOIN paycollect_dunning_message message ON message.id = link.message_id
              JOIN (
                    SELECT message_id, COUNT(*) AS invoices
                      FROM paycollect_dunning_message_move_rel
                  GROUP BY message_id
                   ) counted ON counted.message_id = link.message_id
             WHERE message.state = %(sent)s AND message.channel IS NOT NULL
               AND COALESCE(message.sent_at, message.date) < %(day)s::date + 1
          GROUP BY link.move_id
            """,
            day=day,
            sent=SENT,
            by_hand=(CALL, LETTER),
        )

    def _get_claims_query(self):
        """Return SQL of the invoices that are with an agency."""
        return SQL(
            """
            SELECT item.move_id AS id
              FROM paycollect_handoff_item item
              JOIN paycollect_handoff handoff ON handoff.id = item.handoff_id
             WHERE handoff.state = %s AND item.move_id IS NOT NULL
          GROUP BY item.move_id
            """,
            HANDED_OVER,
        )

    def _get_rated_query(self, day):
        """Return SQL of the ratings that customers gave; 4 and 5 are happy."""
        return SQL(
            """
            SELECT res_id AS id, COUNT(*) AS ratings,
                   COUNT(*) FILTER (WHERE rating >= %(happy)s) AS happy
              FROM rating_rating
             WHERE res_model = 'account.move' AND consumed
               AND rating >= 1 AND write_date < %(day)s::date + 1
          GROUP BY res_id
            """,
            happy=4,
            day=day,
        )
