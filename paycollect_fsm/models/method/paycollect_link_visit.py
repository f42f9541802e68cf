# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import hmac
from datetime import timedelta

from odoo import api, fields, models

WINDOW_MINUTES = 10
DEFAULT_LIMITS = {"bad": 30, "good": 60, "link": 60}


class PaycollectLinkVisit(models.Model):
    """Requests to signed links, counted per IP address and per link.

    An unknown token counts as a guess; an address with too many guesses is locked
    out of unknown tokens. A good link always opens: a token has 256 random bits, so
    answering a locked address reveals nothing that could have been guessed.
    Submissions through good links have limits of their own: per address and per link.

    The address or link is stored as a keyed hash, for one day only.
    """

    _name = "paycollect.link.visit"
    _description = "Request to a Signed Customer Link"
    _log_access = False

    source_hash = fields.Char(required=True, readonly=True, mask_cards=False)
    outcome = fields.Selection(
        selection=[("good", "Good"), ("bad", "Bad"), ("link", "Per Link")],
        required=True,
        readonly=True,
    )
    visited_at = fields.Datetime(required=True, readonly=True)

    _window_idx = models.Index("(source_hash, visited_at)")

    @api.model
    def _is_limited(self, source, now, outcome="bad"):
        """Return whether an address or a link is at its limit in the current window.

        :param source: the address, or the ID of the link
        :param str outcome: ``bad`` for unknown tokens, ``good`` for an address's
            submissions through good links, ``link`` for a link's own requests
            (parameters ``paycollect.link_rate_bad``, ``paycollect.link_rate_good``,
            ``paycollect.link_rate_link``)
        """
        limit = self._get_limit(outcome)
        recent = [
            ("source_hash", "=", self._hash_source(source)),
            ("outcome", "=", outcome),
            ("visited_at", ">", now - timedelta(minutes=WINDOW_MINUTES)),
        ]
        return self.sudo().search_count(recent, limit=limit) >= limit

    @api.model
    def _count(self, source, outcome, now):
        self.sudo().create(
            {
                "source_hash": self._hash_source(source),
                "outcome": outcome,
                "visited_at": now,
            }
        )

    @api.model
    def _get_limit(self, outcome):
        value = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param(f"paycollect.link_rate_{outcome}")
        )
        return int(value) if str(value).isdigit() else DEFAULT_LIMITS[outcome]

    @api.model
    def _hash_source(self, source):
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return hmac.new(
            (secret or "").encode(), str(source or "").encode(), hashlib.sha256
        ).hexdigest()

    @api.autovacuum
    def _gc_old_visits(self):
        self.sudo().search(
            [("visited_at", "<", fields.Datetime.now() - timedelta(days=1))]
        ).unlink()
