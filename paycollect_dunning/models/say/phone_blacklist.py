# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.paycollect_fsm.models.company.moments import format_moment

from ...rules.replies import shorten


class PhoneBlacklist(models.Model):
    """Opt-outs from texts, with the words in which they came."""

    _inherit = "phone.blacklist"

    @api.model
    def _is_logged(self, reference):
        """Whether the message with the carrier's ID was acted on before."""
        known = [("message_id", "=", _get_message_id(reference))]
        return bool(
            reference and self.env["mail.message"].sudo().search_count(known, limit=1)
        )

    def _log_words(self, text, partner, now, reference=None):
        """Note who opted out or in, when and by which words."""
        self.ensure_one()
        self.message_post(
            body=self.env._(
                "By text message on %(date)s, from %(number)s (%(customer)s): "
                "“%(words)s”",
                date=format_moment(self.env, now, tz="UTC"),
                number=self.number,
                customer=partner.display_name or self.env._("unknown"),
                words=shorten(text, 200),
            ),
            subtype_xmlid="mail.mt_note",
            **({"message_id": _get_message_id(reference)} if reference else {}),
        )


def _get_message_id(reference):
    return f"<{reference}@text.paycollect>"
