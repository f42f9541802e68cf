# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.const import CLOSED

MERGED = "merged"


class BasePartnerMerge(models.TransientModel):
    """A customer has one open case in each company and currency, also after a merge.

    Odoo deletes rows that would break that rule, so the others are closed before. Their
    reminders move to the one that stays: what was said counts.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        cases = self.env["paycollect.dunning.case"].sudo()
        partners = src_partners | dst_partner
        found = cases.search(
            [("partner_id", "in", partners.ids), ("state", "!=", CLOSED)]
        )
        for same in found.grouped(lambda c: (c.company_id, c.currency_id)).values():
            same._join(dst_partner)
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)


class PaycollectDunningCase(models.Model):
    _inherit = "paycollect.dunning.case"

    def _join(self, customer, now=None):
        """Keep one of these cases: this customer's, or else the newest.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        kept, *others = self.sorted(lambda c: (c.partner_id != customer, -c.id))
        for case in others:
            for row in case.message_row_ids:  # both may have been told today
                key = f"{row.batch_key}/{case.id}" if row.batch_key else False
                row.write({"case_id": kept.id, "batch_key": key})
            if case.held_reason and not kept.held_reason:
                for name in ("held_reason", "held_until", "held_by_id"):
                    kept[name] = case[name]
            kept.opened_at = min(kept.opened_at, case.opened_at)
            case.write(
                {
                    "state": CLOSED,
                    "closed_at": now,
                    "reason_code": MERGED,
                    "reason_values": {"case": kept.id},
                }
            )
