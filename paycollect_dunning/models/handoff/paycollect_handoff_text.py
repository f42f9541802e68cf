# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules.handoff import (
    BY_USER,
    CREDITED,
    DISPUTED,
    PAID,
    REOPENED,
    Obstacle,
)


class PaycollectHandoff(models.Model):
    """Reasons in words: codes and values are stored, texts are made when shown."""

    _inherit = "paycollect.handoff"

    @api.depends("reason_code", "reason_values", "agency_id")
    @api.depends_context("lang")
    def _compute_reason(self):
        for handoff in self:
            handoff.reason = handoff._get_reason_text()

    def _get_state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels[self.state]

    def _get_reason_text(self):
        _ = self.env._
        values = self.reason_values or {}
        names = {
            "agency": self.agency_id.name or "",
            "amount": self.currency_id._format_amount(values.get("amount", 0.0)),
            "before": self.currency_id._format_amount(values.get("before", 0.0)),
            "text": values.get("text", ""),
        }
        match self.reason_code:
            case "fits":
                return self._get_proposal_text()
            case "no_agency":
                return self._get_no_agency_text(values.get("obstacles", []))
            case "approved":
                return _("Approved for %(agency)s. The file goes out next.", **names)
            case "sent":
                return _("%(agency)s has the file.", **names)
            case "refused_by_agency":
                return _("%(agency)s refused the file: %(text)s", **names)
            case "settled":
                return _("%(agency)s closed the case.", **names)
            case code if code == BY_USER:
                return names["text"]
        return self._get_change_text(names)

    def _get_change_text(self, names):
        """Return why the claim changed or was taken back."""
        _ = self.env._
        code = self.reason_code
        if code == PAID:
            return _("Everything was paid. Nothing is left to collect.")
        if code == CREDITED:
            return _("The claim was credited. Nothing is left to collect.")
        if code == DISPUTED:
            return _(
                "The customer disputes the claim. It stays with you until the dispute "
                "is settled."
            )
        if code == f"adjusted_{PAID}":
            return _(
                "The customer paid meanwhile: %(amount)s of %(before)s is left.",
                **names,
            )
        if code == f"adjusted_{CREDITED}":
            return _("Credited meanwhile: %(amount)s of %(before)s is left.", **names)
        if code == f"adjusted_{REOPENED}":
            return _(
                "A payment was returned, or a credit or a dispute ended: %(amount)s is "
                "open again, after %(before)s.",
                **names,
            )
        if code == f"adjusted_{DISPUTED}":
            return _(
                "A part is in dispute and was taken back: %(amount)s of %(before)s is "
                "left.",
                **names,
            )
        return ""

    def _get_proposal_text(self):
        return self.env._(
            "%(amount)s is still open after the reminders. %(agency)s would be asked "
            "to collect it and keep %(share)g%% of what it collects.",
            agency=self.agency_id.name,
            amount=self.currency_id._format_amount(self.first_amount),
            share=self.agency_id.share,
        )

    def _get_no_agency_text(self, obstacles):
        """Return why no agency takes the case, the first three reasons."""
        if not obstacles:
            return self.env._(
                "No agency is set up. Add one under Configuration ▸ Collections ▸ "
                "Agencies, or keep the case."
            )
        agencies = self.env["paycollect.agency"]
        texts = [
            agency._get_obstacle_text(Obstacle(code, values))
            for key, code, values in obstacles[:3]
            for agency in agencies.browse(key).exists()
        ]
        return self.env._(
            "No agency takes the case. %(reasons)s Keep the case, or write the amount "
            "off.",
            reasons=" ".join(texts),
        )
