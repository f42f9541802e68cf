# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import MAIL
from ...rules.outcome import Contact


class PaycollectDunningCase(models.Model):
    """What higher rooms and addons add to a run. Each works in bulk."""

    _inherit = "paycollect.dunning.case"

    def _get_obstacles(self, candidates, now):
        """Hook: return what stands in the way of messages that are due.

        Asked twice: in bulk before anything is written, where customers without a case
        have ``case_id`` 0 (the preview writes nothing at all), and again when the rows
        are locked. No network; SQL by ``candidate.partner_id``, not by records.

        :param candidates: list of :class:`rules.outcome.Outcome` of one company
        :param now: naive UTC datetime
        :return: ``{candidate.key: [rules.decision.Obstacle]}``, keys may be missing
        """
        return self._find_book_obstacles(candidates, now)

    def _prepare_run(self, company, now):
        """Hook: before a company's customers are decided about, in transactions of its
        own.

        :param now: naive UTC datetime
        """

    def _find_holds(self, company):
        """Hook: return ``{customer's ID: rules.decision.Obstacle}``: nothing is said in
        the open cases of these customers."""
        return {}

    def _find_riders(self, company):
        """Hook: return ``{invoice's ID: due part's ID}``: these invoices are only asked
        for together with that due part."""
        return {}

    def _sort_payable(self, lines):
        """Hook: return open items in the order in which a payment covers them."""
        return lines.sorted(lambda line: (line.date_maturity or line.date, line.id))

    def _choose_contacts(self, level, now):
        """Hook: return by which channels, to whom and when these cases are told.

        Called with locked cases, just before the rows are written. No contact at all:
        the level stays unsaid, and the case becomes an exception (unreachable).

        :param level: ``paycollect.dunning.level`` of the messages
        :param now: naive UTC datetime
        :return: ``{case: [rules.outcome.Contact]}`` with a key for every case
        """
        return {
            case: [Contact(MAIL, case.partner_id, case.partner_id.email or "", now)]
            for case in self
        }

    def _after_messages(self, messages, now):
        """Hook: these reminders were just written, in the same transaction.

        Rows of a level that hands over are among them, with or without a channel.
        """

    def _after_close(self, now):
        """Hook: nothing is chased in these cases anymore; release what they meant."""
