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
    """The facts of an invoice, each kind in a query of its own, about the invoices that
    are ``picked``: those of the days that are asked for.

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
        ],
        "account.move.line": [
            *LEDGER_FIELDS["account.move.line"],
            "fsm_order_ids",
            "journal_id",
            "payment_id",
            "statement_line_id",
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
            WITH picked AS %(materialized)s (%(picked)s)
            SELECT move.id, move.id AS move_id, move.invoice_date AS date,
                   %(day)s::date AS as_of, move.company_id, move.currency_id,
                   move.commercial_partner_id AS partner_id,
                   move.collection_policy_id AS policy_id,
                   job.order_type_id, job.completed_on, job.completed_day,
                   move.minutes,
                   COALESCE(money.is_settled AND money.collected > 0, FALSE)
                       AS is_paid,
                   CASE WHEN money.is_settled AND money.collected > 0
                        THEN money.paid_on END AS paid_on,
                   COALESCE(money.total, 0) AS amount,
                   CASE WHEN job.id IS NOT NULL
                        THEN COALESCE(money.total, 0) ELSE 0 END AS amount_jobs,
                   COALESCE(money.collected, 0) AS amount_collected,
                   COALESCE(soon.amount, 0) AS amount_7,
                   COALESCE(money.within_30, 0) AS amount_30,
                   COALESCE(money.late, 0) AS amount_late,
                   COALESCE(money.written_off, 0) + CASE WHEN claim.id IS NOT NULL
                        THEN money.residual ELSE 0 END AS amount_lost,
                   first.outcome AS first_attempt, first.method_kind, first.brand,
                   CASE WHEN first.outcome <> 'open'
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
              FROM picked move
         LEFT JOIN (%(jobs)s) job ON job.id = move.id
         LEFT JOIN (%(money)s) money ON money.id = move.id
         LEFT JOIN (%(soon)s) soon ON soon.id = move.id
         LEFT JOIN (%(tries)s) tries ON tries.id = move.id
         LEFT JOIN (%(first)s) first ON first.id = move.id
         LEFT JOIN (%(said)s) said ON said.id = move.id
         LEFT JOIN (%(reminded)s) reminded ON reminded.id = move.id
         LEFT JOIN (%(claims)s) claim ON claim.id = move.id
         LEFT JOIN (%(rated)s) rated ON rated.id = move.id
            """,
            day=day,
            picked=self._get_picked_query(day),
            materialized=SQL(
                "MATERIALIZED"
                if self._get_first_required_day("completed_day")
                else "NOT MATERIALIZED"
            ),
            manual=self._get_steps_sql("manual"),
            saved=self._get_steps_sql("saved"),
            jobs=self._get_jobs_query(),
            money=self._get_money_query(day),
            soon=self._get_soon_query(day),
            tries=self._get_tries_query(day),
            first=self._get_first_query(day),
            said=self._get_said_query(day),
            reminded=self._get_reminded_query(day),
            claims=self._get_claims_query(),
            rated=self._get_rated_query(day),
        )

    def _get_picked_query(self, day):
        invoiced = self._get_first_required_day("date")
        completed = self._get_first_required_day("completed_day")
        return SQL(
            """
            SELECT move.id, move.company_id, move.commercial_partner_id,
                   move.invoice_date, move.collection_policy_id, move.is_move_sent,
                   company.currency_id, company.collection_zone AS zone,
                   company.figures_step_minutes AS minutes
              FROM account_move move
              JOIN res_company company ON company.id = move.company_id
             WHERE move.move_type = 'out_invoice' AND move.state = 'posted'
               AND move.date <= %(day)s %(invoiced)s %(completed)s
            """,
            day=day,
            invoiced=invoiced and SQL("AND move.invoice_date >= %s", invoiced) or SQL(),
            completed=completed and self._get_completed_sql(completed) or SQL(),
        )

    def _get_completed_sql(self, day):
        """Return SQL of a condition on the jobs of an invoice; a day more than needed:
        the zone decides which day a job was completed on. It takes long, and is to be
        looked up once."""
        return SQL(
            """
            AND move.id IN (
                SELECT line.move_id
                  FROM fsm_order job
                  JOIN fsm_order_account_move_line_rel link
                    ON link.fsm_order_id = job.id
                  JOIN account_move_line line ON line.id = link.account_move_line_id
                 WHERE job.completed_on >= %s::date - 1
            )
            """,
            day,
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

    def _get_tries_query(self, day):
        return SQL(
            """
            SELECT move_id AS id, COUNT(*) AS sent,
                   COUNT(*) FILTER (WHERE state = %(unknown)s) AS unknown,
                   COUNT(*) FILTER (WHERE trigger = 'manual') AS by_hand
              FROM paycollect_attempt
              JOIN picked ON picked.id = move_id
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
                        WHEN attempt.state = %(unknown)s THEN 'unknown'
                        ELSE 'open'
                   END AS outcome
              FROM paycollect_attempt attempt
              JOIN picked ON picked.id = attempt.move_id
         LEFT JOIN payment_token token ON token.id = attempt.token_id
             WHERE attempt.sent_at < %(day)s::date + 1
               AND attempt.is_lost IS NOT TRUE
               AND attempt.trigger NOT IN %(others)s
          ORDER BY attempt.move_id, attempt.sent_at, attempt.id
            """,
            day=day,
            paid=charges.PAID,
            unknown=charges.UNKNOWN,
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
              JOIN picked ON picked.id = move_id
             WHERE state = 'sent'
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
              JOIN picked ON picked.id = link.move_id
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
              JOIN picked ON picked.id = item.move_id
              JOIN paycollect_handoff handoff ON handoff.id = item.handoff_id
             WHERE handoff.state = %s
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
              JOIN picked ON picked.id = res_id
             WHERE res_model = 'account.move' AND consumed
               AND rating >= 1 AND write_date < %(day)s::date + 1
          GROUP BY res_id
            """,
            happy=4,
            day=day,
        )
