# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from ...rules.disputes import Claim
from ..common import PortalCommon


class DisputeCommon(PortalCommon):
    """A customer who disputes an invoice."""

    @classmethod
    def make_dispute(
        cls, move, reason="quality", text="It leaks.", lines=None, amount=None
    ):
        lines = lines or move.env["account.move.line"]
        claim = Claim(reason, text, amount, tuple(lines.mapped("price_total")))
        disputes = cls.env["paycollect.dispute"].with_user(cls.portal_user).sudo()
        person = cls.portal_user.partner_id
        return disputes._file(move, person, claim, lines).with_env(cls.env)

    def answer(self, dispute, state, text="Here is why.", user=None):
        """Answer with the dialog; return what it opens."""
        dispute = dispute.with_user(user or self.accountant)
        open_dialog = {
            "accepted": dispute.action_accept,
            "rejected": dispute.action_reject,
        }
        action = open_dialog[state]()
        dialog = dispute.env[action["res_model"]].browse(action["res_id"])
        dialog.answer = text
        return dialog.action_send()

    def find_tasks(self, dispute):
        return self.env["mail.activity"].search(
            [("res_model", "=", dispute._name), ("res_id", "=", dispute.id)]
        )

    def get_state(self, move):
        """Return the state of the invoice's open item, or None."""
        customer = move.commercial_partner_id
        items = customer._get_open_items(self.company, self.today)[customer]
        return next((item.state for item in items if item.move == move), None)
