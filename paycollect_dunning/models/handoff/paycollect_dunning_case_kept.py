# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import replace

from odoo import fields, models

from ...rules.const import EXCEPTION, OPEN
from ...rules.decision import HANDED, WAIT

KEPT = "kept"


class PaycollectDunningCase(models.Model):
    """A person decided that no agency gets the case: nothing is left to decide."""

    _inherit = "paycollect.dunning.case"

    kept_at = fields.Datetime(
        string="Kept On",
        readonly=True,
        help="A manager decided that the case isn't handed over.",
    )
    kept_reason = fields.Char(string="Kept Because", readonly=True)

    def _keep(self, reason, now):
        """Note that these cases aren't handed over, and stop asking about it.

        :param str reason: in words of the user; empty: as a small balance
        :param now: naive UTC datetime
        """
        self.write({"kept_at": now, "kept_reason": reason or False})
        for case in self.filtered(
            lambda one: one.state == EXCEPTION and one.reason_code == HANDED
        ):
            values = {"text": reason} if reason else False
            case.write({"state": OPEN, "reason_code": KEPT, "reason_values": values})

    def _decide(self, company, now, **options):
        """What was kept doesn't ask about a hand-over again."""
        outcomes = super()._decide(company, now, **options)
        asking = {
            one.case_id: key
            for key, one in outcomes.items()
            if one.case_id and one.decision.code == HANDED
        }
        if not asking:
            return outcomes
        for case in self.browse(asking).filtered("kept_at"):
            key = asking[case.id]
            values = {"text": case.kept_reason} if case.kept_reason else {}
            decision = replace(
                outcomes[key].decision, action=WAIT, code=KEPT, values=values
            )
            outcomes[key] = outcomes[key]._replace(decision=decision)
        return outcomes

    def _get_reason_text(self, code, values):
        if code != KEPT:
            return super()._get_reason_text(code, values)
        if text := values.get("text"):
            return self.env._(
                "Kept, not handed over: “%(text)s” Nothing more is sent for these "
                "items.",
                text=text,
            )
        return self.env._(
            "Kept as a small balance: new work is prepaid, and nothing more is sent "
            "for these items."
        )
