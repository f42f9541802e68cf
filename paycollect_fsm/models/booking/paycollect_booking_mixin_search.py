# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ...rules.readiness import NOT_NEEDED, judge


class PaycollectBookingMixin(models.AbstractModel):
    """Search for bookings by their readiness.

    It depends on the day, so it is not stored. The facts of thousands of bookings are
    read by a few queries and judged by the same rule that judges one.
    """

    _inherit = "paycollect.booking.mixin"

    def _search_collection_readiness(self, operator, value):
        """Judge the open bookings; all others need nothing."""
        if operator != "in":
            return NotImplemented
        domain = Domain(self._get_open_booking_domain())
        by_state = defaultdict(list)
        everything = self.sudo().with_context(active_test=False)
        companies = self.env["res.company"].sudo()
        for company in companies.search([("collection_active", "=", True)]):
            bookings = everything.search(
                domain & Domain("company_id", "=", company.id), order="id"
            )
            states = bookings._get_readiness_states(company._get_today())
            for booking_id, state in states.items():
                by_state[state].append(booking_id)
        if NOT_NEEDED in value:
            others = [state for state in by_state if state not in value]
            return [("id", "not in", sum((by_state[s] for s in others), []))]
        return [("id", "in", sum((by_state[s] for s in value if s in by_state), []))]

    def _get_readiness_states(self, today):
        """Return ``{id: readiness}`` of these open bookings of one company (sudo).

        :param today: the company's date

        Where those queries do not tell for sure, facts are read record by record.
        """
        if not self:
            return {}
        self.env.flush_all()
        states = {}
        for booking_ids, earliest, latest in self._read_booking_facts(today):
            state = judge(earliest).state
            if latest is earliest or judge(latest).state == state:
                states |= dict.fromkeys(booking_ids, state)
        unsure = self.browse(id_ for id_ in self._ids if id_ not in states)
        facts, _tokens = unsure._get_collection_facts(today)
        states |= {booking.id: judge(facts[booking]).state for booking in unsure}
        return states

    def _read_booking_facts(self, today):
        """Hook: read what :meth:`_get_collection_facts` does, by few queries.

        :return: iterable of (ids, facts, facts): the bookings for which the same holds,
            and their facts; twice the same ones, or with the first and with the last
            day that the work may be planned for. A booking that is left out is judged
            record by record.
        """
        raise NotImplementedError

    def _get_id_array(self):
        """The ids as a parameter for ``= ANY(%s::int[])``: quicker than a list."""
        return f"{{{','.join(map(str, self._ids))}}}"
