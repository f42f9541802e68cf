# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ...rules.readiness import NOT_NEEDED, judge


class PaycollectBookingMixin(models.AbstractModel):
    """Search for bookings by readiness.

    Readiness depends on the date, so it is not stored. The facts of thousands of
    bookings are read in a few queries and judged by the same rule as a single one.
    """

    _inherit = "paycollect.booking.mixin"

    def _search_collection_readiness(self, operator, value):
        """Judge the open bookings; all others need no action.

        Odoo doesn't check who searches a field that it doesn't store.
        """
        self._check_field_access(self._fields["collection_readiness"], "read")
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

    def _get_special_bookings(self):
        """Hook: return those with facts that the bulk queries don't read."""
        return self.browse()

    def _get_readiness_states(self, today):
        """Return ``{id: readiness}`` for open bookings of one company (sudo).

        Where the bulk queries are inconclusive, facts are read record by record.

        :param today: the company's date
        """
        if not self:
            return {}
        self.env.flush_all()
        states = {}
        for booking_ids, earliest, latest in self._read_booking_facts(today):
            state = judge(earliest).state
            if latest is earliest or judge(latest).state == state:
                states |= dict.fromkeys(booking_ids, state)
        for booking in self._get_special_bookings():
            states.pop(booking.id, None)
        unsure = self.browse(id_ for id_ in self._ids if id_ not in states)
        facts, _tokens = unsure._get_collection_facts(today)
        states |= {booking.id: judge(facts[booking]).state for booking in unsure}
        return states

    def _read_booking_facts(self, today):
        """Hook: read what :meth:`_get_collection_facts` does, in a few queries.

        :return: iterable of (ids, facts, facts): bookings that share the same facts,
            and those facts for the first and the last day the work may be scheduled
            (the same object twice if the day is certain). A booking that is left out
            is judged record by record.
        """
        raise NotImplementedError

    def _get_id_array(self):
        """Return the ids for ``= ANY(%s::int[])``, which is faster than a list."""
        return f"{{{','.join(map(str, self._ids))}}}"
