# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules import risk


class PaycollectRiskGrade(models.Model):
    """The reasons and the suggestion in words, made when they are shown."""

    _inherit = "paycollect.risk.grade"

    @api.depends("reasons", "suggested_mode", "suggestion_values", "policy_accepted_at")
    @api.depends_context("lang")
    def _compute_texts(self):
        for row in self:
            texts = [
                row._get_reason_text(code, values)
                for code, _points, values in row.reasons or ()
            ]
            row.reason = "\n".join(filter(None, texts))
            row.suggestion = row._get_suggestion_text()

    def _get_reason_text(self, code, values):
        """Return one reason as a sentence."""
        _, values = self.env._, dict(values)
        for name in ("amount", "exposure", "limit"):
            if name in values:
                values[name] = self.currency_id._format_amount(values[name])
        if code == risk.ON_TIME:
            return self._get_on_time_text(values["days"])
        if code in (risk.WORSE, risk.BETTER):
            return self._get_trend_text(code, values)
        if values.get("count") == 1:
            return self._get_single_text(code)
        texts = {
            risk.LATE: lambda: _("Pays %(days)s days late on average.", **values),
            risk.OVERDUE: lambda: _(
                "%(amount)s is overdue, the oldest for %(days)s days.", **values
            ),
            risk.BROKEN: lambda: _("%(count)s promises weren't kept.", **values),
            risk.DECLINES: lambda: _("%(count)s charges were declined.", **values),
            risk.DISPUTES: lambda: _(
                "%(count)s disputes turned out to be unfounded.", **values
            ),
            risk.CHARGEBACKS: lambda: _(
                "%(count)s payments were charged back.", **values
            ),
            risk.BOUNCED: lambda: _("%(count)s checks bounced.", **values),
            risk.HANDED_OVER: lambda: _(
                "%(count)s debts were handed over to an agency.", **values
            ),
            risk.EXPOSURE: lambda: _(
                "Owes and has ordered %(exposure)s; the credit limit is %(limit)s.",
                **values,
            ),
        }
        return texts[code]() if code in texts else ""

    def _get_single_text(self, code):
        _ = self.env._
        texts = {
            risk.BROKEN: lambda: _("A promise wasn't kept."),
            risk.DECLINES: lambda: _("A charge was declined."),
            risk.DISPUTES: lambda: _("A dispute turned out to be unfounded."),
            risk.CHARGEBACKS: lambda: _("A payment was charged back."),
            risk.BOUNCED: lambda: _("A check bounced."),
            risk.HANDED_OVER: lambda: _("A debt was handed over to an agency."),
        }
        return texts[code]() if code in texts else ""

    def _get_on_time_text(self, days):
        if days == -1:
            return self.env._("Pays a day early on average.")
        if days < 0:
            return self.env._("Pays %(days)s days early on average.", days=-days)
        if days == 0:
            return self.env._("Pays on time.")
        if days == 1:
            return self.env._("Pays on time: a day late on average.")
        return self.env._("Pays on time: %(days)s days late on average.", days=days)

    def _get_trend_text(self, code, values):
        if code == risk.WORSE:
            return self.env._(
                "Getting slower: %(days)s days late in the last six months, %(before)s "
                "in the six months before.",
                **values,
            )
        return self.env._(
            "Getting faster: %(days)s days late in the last six months, %(before)s in "
            "the six months before.",
            **values,
        )

    def _get_suggestion_text(self):
        """Return what is suggested and what it is expected to change."""
        if not self.suggested_policy_id:
            return False
        _ = self.env._
        values = self.suggestion_values or {}
        texts = [
            _(
                "Have the customer pay in advance (policy %(policy)s).",
                policy=self.suggested_policy_id.name,
            )
            if self.suggested_mode == risk.PREPAID
            else _(
                "Charge a method on file right after the work (policy %(policy)s).",
                policy=self.suggested_policy_id.name,
            )
        ]
        if values.get("freed"):
            texts.append(
                _(
                    "Expected effect: about %(amount)s less is open at any time, "
                    "judging by the last 12 months.",
                    amount=self.currency_id._format_amount(values["freed"]),
                )
            )
        if values.get("overdue"):
            texts.append(
                _(
                    "%(amount)s that is overdue today would have been paid by then.",
                    amount=self.currency_id._format_amount(values["overdue"]),
                )
            )
        return " ".join(texts)
