# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import UTC, timedelta

from odoo import fields, models

from ...rules import stripe_events
from . import api as stripe_api

_logger = logging.getLogger(__name__)

# Events appear in the list with a delay, so some are read twice.
OVERLAP = timedelta(hours=2)
# How far back the first reading goes.
FIRST_LOOK = timedelta(days=3)
# https://docs.stripe.com/api/events: older events can no longer be read.
KEPT = timedelta(days=30)


class PaymentProvider(models.Model):
    """Fetches events whose webhook never arrived from the provider's list."""

    _inherit = "payment.provider"

    collection_events_error = fields.Char(
        string="Event Fetch Error",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Why the provider's list of events couldn't be read. It is retried every "
        "hour.",
    )

    def _cron_fetch_missed(self, now=None):
        """Read the list of each provider whose events are followed.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        for provider in self._search_stripe_providers():
            if not provider._is_followed():
                continue
            provider = provider.with_company(provider.company_id)
            with self.env["paycollect.event"]._separately(f"reading {provider}"):
                provider._read_missed(now)

    def _read_missed(self, now):
        try:
            self._fetch_missed(now)
            self._check_webhook()
        except (stripe_api.Error, ValueError) as error:
            self._note_unread(error)

    def _fetch_missed(self, now):
        """Store listed events that are missing here, to be applied like a webhook's.

        The next reading starts here only once everything was read and stored.

        :param now: naive UTC datetime
        :raise stripe_api.Error: if there is no answer, or the key lacks permission
        """
        since = self._get_unread_since(now)
        events = self.env["paycollect.event"].sudo()
        listed = list(self._list_events(since))
        for event in reversed(listed):  # the list starts with the newest
            events |= events._receive(self, event, "list", now)
        if events:
            _logger.info(
                "Fetched %s missed events of provider %s", len(events), self.id
            )
        self.write(
            {"collection_events_read_until": now, "collection_events_error": False}
        )

    def _list_events(self, since):
        """Yield events as dictionaries, newest first.

        :param since: naive UTC datetime
        """
        client = stripe_api.get_client(self)
        page = client.v1.events.list(
            {
                "created": {"gte": int(since.replace(tzinfo=UTC).timestamp())},
                "types": stripe_events.get_types(),
                "limit": 100,
            }
        )
        for event in page.auto_paging_iter():
            event = event.to_dict(for_json=True)
            if stripe_events.is_event(event):
                yield event

    def _get_unread_since(self, now):
        """Return the start of the reading (naive UTC), and report a gap."""
        read_until = self.collection_events_read_until
        if not read_until:
            return now - FIRST_LOOK
        since = read_until - OVERLAP
        if since < now - KEPT:
            self._report_gap(since, now - KEPT)
            return now - KEPT
        return since

    def _report_gap(self, start, end):
        """Ask accounting to review a period whose events can no longer be read."""
        self.company_id._schedule_collection_activity(
            self.company_id.partner_id,
            self.env._("Compare payments with the provider"),
            self.env._(
                "Events from %(provider)s between %(start)s and %(end)s (UTC) were not "
                "received, and the provider only keeps them for 30 days. Compare the "
                "payments, refunds and disputes from that period with the provider's "
                "records.",
                provider=self.name,
                start=fields.Datetime.to_string(start),
                end=fields.Datetime.to_string(end),
            ),
            code="events_missed",
        )

    def _note_unread(self, error):
        """Store the error. The next run starts where the last reading ended."""
        _logger.warning(
            "Events of provider %s could not be read: %s", self.id, type(error).__name__
        )
        self.collection_events_error = f"{type(error).__name__}: {error}"[:500]
