# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class BasePartnerMerge(models.TransientModel):
    """A customer has one current grade in each company, also after a merge: its own, or
    the newest. The others stay as history."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        grades = self.env["paycollect.risk.grade"].sudo()
        partners = src_partners | dst_partner
        found = grades.search(
            [("partner_id", "in", partners.ids), ("is_current", "=", True)]
        )
        for same in found.grouped("company_id").values():
            _kept, *others = same.sorted(
                lambda grade: (grade.partner_id != dst_partner, -grade.id)
            )
            grades.union(*others).is_current = False
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)
