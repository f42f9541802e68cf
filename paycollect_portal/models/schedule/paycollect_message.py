# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

AUTOPAY, SCHEDULE = "autopay", "schedule"


class PaycollectMessage(models.Model):
    """What customers are told about autopay and scheduled payments."""

    _inherit = "paycollect.message"

    occasion = fields.Selection(
        selection_add=[(AUTOPAY, "Autopay"), (SCHEDULE, "Scheduled payment")],
        ondelete={AUTOPAY: "cascade", SCHEDULE: "cascade"},
    )

    def _get_sent_texts(self):
        _ = self.env._
        return {
            **super()._get_sent_texts(),
            AUTOPAY: _("The email about autopay was sent to %(address)s on %(date)s."),
            SCHEDULE: _(
                "The email about a scheduled payment was sent to %(address)s on "
                "%(date)s."
            ),
        }

    def _get_queued_texts(self):
        _ = self.env._
        return {
            **super()._get_queued_texts(),
            AUTOPAY: _(
                "The email about autopay to %(address)s is queued and has not been "
                "sent yet."
            ),
            SCHEDULE: _(
                "The email about a scheduled payment to %(address)s is queued and has "
                "not been sent yet."
            ),
        }

    def _get_refused_texts(self):
        _ = self.env._
        return {
            **super()._get_refused_texts(),
            AUTOPAY: _(
                "The email about autopay to %(address)s has not been sent yet: %(why)s "
                "It will be retried on %(date)s."
            ),
            SCHEDULE: _(
                "The email about a scheduled payment to %(address)s has not been sent "
                "yet: %(why)s It will be retried on %(date)s."
            ),
        }

    def _get_failed_texts(self):
        _ = self.env._
        return {
            **super()._get_failed_texts(),
            AUTOPAY: _(
                "The email about autopay could not be delivered to %(address)s: %(why)s"
            ),
            SCHEDULE: _(
                "The email about a scheduled payment could not be delivered to "
                "%(address)s: %(why)s"
            ),
        }

    def _get_skipped_texts(self):
        _ = self.env._
        return {
            **super()._get_skipped_texts(),
            AUTOPAY: _("The email about autopay was not sent: %(why)s"),
            SCHEDULE: _("The email about a scheduled payment was not sent: %(why)s"),
        }
