# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""By which channel, to whom and when many customers are told, with facts read once."""

from functools import cached_property

from ...rules.const import CALL, LETTER, MAIL
from ...rules.contact_times import ANY_HOUR, CHANNELS, SPOKEN, next_allowed
from ...rules.frequency import HOURS, Slot, find_slot
from ...rules.outcome import Contact

# Why a channel was replaced by another.
INSTEAD = "instead"
BOUNCED, OPTED_OUT, NO_ADDRESS, NO_HOUR = "bounced", "opted_out", "missing", "no_hour"


class ContactPlanner:
    """Plans the contacts of many cases; facts are read once for all of them."""

    def __init__(self, cases, now):
        self.now = now
        self.taken = cases._get_taken_days(now)
        customers = cases.partner_id
        self.recipients = customers._find_reminder_contacts()
        self.refused = cases._find_refused_addresses()
        self.cases = cases
        self.holidays = {}

    @cached_property
    def blocked(self):
        """The numbers that opted out, read when the first text is considered."""
        return self.cases._find_blocked_numbers(self.recipients)

    def get_contacts(self, case, wanted):
        """Return the list of :class:`Contact` for the wanted channels."""
        contacts, failures = [], {}
        for channel in wanted:
            contact = self._try(case, channel, failures)
            contacts += filter(None, [contact])
        if contacts:
            return contacts
        for channel in CHANNELS:
            if channel in wanted:
                continue
            if contact := self._try(case, channel, {}, instead_of=failures):
                return [contact]
        return []

    def _try(self, case, channel, failures, instead_of=None):
        recipient = self.recipients[case.partner_id]
        address, problem = self._find_address(recipient, channel)
        slot = (
            Slot(None, HOURS)
            if problem
            else self._find_slot(case, channel, recipient, address)
        )
        if slot.at is None:
            failures[channel] = problem or NO_HOUR
            return None
        code, values = "", {}
        if slot.reason:
            code, values = slot.reason, {"at": str(slot.at)}
        if instead_of:
            first, why = next(iter(instead_of.items()))
            values = {**values, "channel": first, "why": why, "delay": code}
            code = INSTEAD
        self._take(case, channel, slot.at)
        return Contact(channel, recipient, address, slot.at, code, values)

    def _find_address(self, recipient, channel):
        """Return the address and None, or the code of why there is none."""
        if channel == MAIL:
            address = recipient._get_collection_email()
            if not address:
                return "", NO_ADDRESS
            if recipient.message_bounce or address in self.refused:
                return "", BOUNCED
            return address, None
        if channel == LETTER:
            place = recipient if recipient.street else recipient.commercial_partner_id
            if not (place.street and (place.city or place.zip)):
                return "", NO_ADDRESS
            lines = place._display_address(without_company=True).splitlines()
            return "\n".join(filter(str.strip, lines)), None
        numbers = [
            number
            for partner in recipient | recipient.commercial_partner_id
            for number in partner._find_numbers()
        ]
        if not numbers:
            return "", NO_ADDRESS
        if channel == CALL:
            return numbers[0], None
        free = [one for one in numbers if one not in self.blocked]
        if not free:
            return "", OPTED_OUT
        reached = [one for one in free if one not in self.refused]
        return (reached[0], None) if reached else ("", BOUNCED)

    def _find_slot(self, case, channel, recipient, address):
        company = case.company_id
        hours = company._get_contact_hours(channel)
        number = address if channel in SPOKEN else None
        zones = recipient._get_contact_zones(company, number)
        holidays = self._get_holidays(company, recipient)
        limits = company._get_contact_limits()
        if company.dunning_state_limits:
            place = recipient if recipient.country_id else case.partner_id
            limits = limits.narrow(
                place.country_id.code, place.state_id.code, recipient._is_consumer()
            )
        get_day = company._get_today
        taken = self._get_days(case)
        if hours is None:
            hours = ANY_HOUR
        elif channel == MAIL and not next_allowed(self.now, zones, hours, holidays):
            # An email waits to be read: the company's own hours do.
            zones = [company._get_zone().key]
        for day in self._get_joint_days(case, channel, taken):
            at = max(self.now, company._get_moment(day))
            free = next_allowed(at, zones, hours, holidays)
            if free and get_day(free) == day:
                return Slot(free, HOURS if free > self.now else None)
        days = [day for _channel, day in taken]
        return find_slot(self.now, zones, hours, holidays, days, limits, get_day)

    def _get_joint_days(self, case, channel, taken):
        """Return the days on which the customer is told about another currency by this
        channel: one contact for both."""
        today = case.company_id._get_today(self.now)
        return sorted(
            day
            for (other, day), cases in taken.items()
            if other == channel and day >= today and case.id not in cases
        )

    def _get_days(self, case):
        return self.taken.setdefault((case.partner_id.id, case.company_id.id), {})

    def _take(self, case, channel, at):
        key = (channel, case.company_id._get_today(at))
        self._get_days(case).setdefault(key, set()).add(case.id)

    def _get_holidays(self, company, recipient):
        place = recipient if recipient.country_id else recipient.commercial_partner_id
        key = (company.id, place.country_id.id, place.state_id.id)
        if key not in self.holidays:
            self.holidays[key] = company._get_holidays_of(recipient, self.now)
        return self.holidays[key]
