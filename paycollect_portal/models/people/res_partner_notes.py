# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResPartner(models.Model):
    """Notes on a customer about what its contacts change, for staff."""

    _inherit = "res.partner"

    def _note_changed(self, actor, company):
        person = self._in_words_of_staff(company)
        _ = person.env._
        labels = dict(
            person._fields["collection_role"]._description_selection(person.env)
        )
        person._note_person(
            actor,
            _(
                "%(actor)s changed what %(person)s may do on the portal. Role: "
                "%(role)s. Gets copies: %(copies)s.",
                actor=actor.name,
                person=person.name,
                role=labels[person.collection_role],
                copies=_("yes") if person.collection_gets_copies else _("no"),
            ),
        )

    def _note_removed(self, actor, company):
        person = self._in_words_of_staff(company)
        person._note_person(
            actor,
            person.env._(
                "%(actor)s removed the portal access of %(person)s, who gets no copies "
                "anymore.",
                actor=actor.name,
                person=person.name,
            ),
        )

    def _in_words_of_staff(self, company):
        lang = company.sudo()._get_collection_responsible().lang
        return self.with_context(lang=lang or self.env.lang)

    def _note_person(self, actor, text):
        """Log a note on the customer in the name of its contact."""
        self.commercial_partner_id._message_log(body=text, author_id=actor.id)
