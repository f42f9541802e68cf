# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from ...rules import desk

# What an order's exception is about: the deposit that waits for a decision, else the
# one that is asked for, else the whole order.
OF_ORDER = """
    COALESCE(
        (sale.collection_deposit_settlement->>'refunded')::numeric
            + (sale.collection_deposit_settlement->>'kept')::numeric,
        sale.amount_total
            * COALESCE(NULLIF(sale.collection_deposit_percent, 0), 100)::numeric / 100)
"""


class PaycollectDeskItem(models.Model):
    """Exceptions that are activities of their documents."""

    _inherit = "paycollect.desk.item"

    @api.model
    def _get_activity_parts(self):
        """Exceptions that are activities; their documents close them when settled."""
        codes = {}
        for code, kind in desk.ACTIVITY_KINDS.items():
            codes.setdefault(kind, []).append(code)
        rest = (*desk.ACTIVITY_KINDS, *desk.KNOWN_OTHERWISE)
        return [
            *(
                (
                    kind,
                    self._get_activity_part(SQL("collection_code IN %s", tuple(own))),
                )
                for kind, own in codes.items()
            ),
            (
                desk.OTHER,
                self._get_activity_part(SQL("collection_code NOT IN %s", rest)),
            ),
        ]

    @api.model
    def _get_activity_part(self, condition):
        return SQL(
            """
            SELECT %(columns)s
              FROM (
                  SELECT * FROM mail_activity
                   WHERE collection_code IS NOT NULL
                     AND active IS TRUE AND %(condition)s
              ) activity
              LEFT JOIN res_users owner ON owner.id = activity.user_id
              LEFT JOIN account_move move
                ON activity.res_model = 'account.move' AND move.id = activity.res_id
              LEFT JOIN fsm_order job
                ON activity.res_model = 'fsm.order' AND job.id = activity.res_id
              LEFT JOIN fsm_location place ON place.id = job.location_id
              LEFT JOIN paycollect_chargeback chargeback
                ON activity.res_model = 'paycollect.chargeback'
               AND chargeback.id = activity.res_id
              LEFT JOIN paycollect_dunning_case dunning
                ON activity.res_model = 'paycollect.dunning.case'
               AND dunning.id = activity.res_id
              LEFT JOIN paycollect_handoff handoff
                ON activity.res_model = 'paycollect.handoff'
               AND handoff.id = activity.res_id
              LEFT JOIN sale_order sale
                ON activity.res_model = 'sale.order' AND sale.id = activity.res_id
              LEFT JOIN paycollect_refund refund
                ON activity.res_model = 'paycollect.refund'
               AND refund.id = activity.res_id
              LEFT JOIN paycollect_custody custody
                ON activity.res_model = 'paycollect.custody'
               AND custody.id = activity.res_id
              LEFT JOIN rate
                ON rate.company_id = COALESCE(
                    chargeback.company_id, dunning.company_id, handoff.company_id,
                    sale.company_id, refund.company_id, custody.company_id)
               AND rate.currency_id = COALESCE(
                    chargeback.currency_id, dunning.currency_id, handoff.currency_id,
                    sale.currency_id, refund.currency_id, custody.currency_id)
              LEFT JOIN res_partner customer
                ON customer.id = COALESCE(
                    move.commercial_partner_id,
                    place.owner_id,
                    chargeback.partner_id,
                    dunning.partner_id,
                    handoff.partner_id,
                    sale.partner_invoice_id,
                    refund.partner_id,
                    custody.partner_id,
                    CASE WHEN activity.res_model = 'res.partner'
                         THEN activity.res_id END)
            """,
            columns=self._select(
                "activity",
                "activity.res_model",
                partner="customer.commercial_partner_id",
                amount="COALESCE("
                "COALESCE(NULLIF(chargeback.withheld_amount, 0), chargeback.amount, "
                "dunning.amount, handoff.amount, "
                f"refund.amount, custody.amount, {OF_ORDER}) "
                "* COALESCE(rate.factor, 1), GREATEST(move.amount_residual_signed, 0))",
                since="activity.create_date",
                deadline="CASE WHEN chargeback.state = 'open' "
                "THEN activity.date_deadline END",
                details="jsonb_build_object('summary', activity.summary)",
                res_id="activity.res_id",
                activity="activity.id",
                company="COALESCE(activity.collection_company_id, move.company_id, "
                "job.company_id, chargeback.company_id, dunning.company_id, "
                "handoff.company_id, sale.company_id, refund.company_id, "
                "custody.company_id, owner.company_id)",
            ),
            condition=condition,
        )
