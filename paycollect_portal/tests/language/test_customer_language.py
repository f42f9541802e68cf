# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

import polib
from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_path

from ..common import PortalCommon

ADDONS = ("paycollect_fsm", "paycollect_portal")
LANGUAGES = {"es_ES": "es", "fr_FR": "fr"}
LOADED = (*ADDONS, "account", "payment", "portal", "web")
PLACEHOLDER = re.compile(r"%\\\((?:\w|\\_)+\\\)[a-z]")
LONG_ENOUGH = re.compile(r"(?:[A-Za-z]\W*){6}")  # “.+ to .+” would match anything
PAGES = (
    "autopay",
    "checks",
    "checks/new",
    "disputes",
    "disputes/new",
    "payment_method",
    "people",
    "requests",
    "requests/new?kind=refund",
    "scheduled",
    "scheduled/new",
    "service",
)
RECEIPT = "paycollect_fsm.mail_template_receipt"


@tagged("post_install", "-at_install")
class TestCustomerLanguage(PortalCommon, HttpCase):
    """A customer reads pages, emails and documents in their own language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in LANGUAGES:
            cls.env["res.lang"]._activate_lang(code)
        modules = cls.env["ir.module.module"].search([("name", "in", LOADED)])
        modules._update_translations(list(LANGUAGES))
        cls.english = {code: cls.read_english(file) for code, file in LANGUAGES.items()}
        cls.invoice = cls.make_invoice(due=-40)
        cls.make_invoice(due=10, amount=70)
        cls.make_credit_note(amount=5)
        cls.paid = cls.make_invoice(amount=30)
        payment = cls.make_payment(amount=30)
        lines = (cls.paid.line_ids + payment.move_id.line_ids).filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()

    @classmethod
    def read_english(cls, language):
        """Return a pattern of each of our texts that differs in this language."""
        patterns = []
        for addon in ADDONS:
            for entry in polib.pofile(file_path(f"{addon}/i18n/{language}.po")):
                text = " ".join(entry.msgid.split())
                pattern = PLACEHOLDER.sub(".+", re.escape(text))
                if entry.msgid == entry.msgstr or re.search(r"<|\{\{", text):
                    continue
                if pattern == re.escape(text) or LONG_ENOUGH.search(pattern):
                    patterns.append(pattern)
        return re.compile("|".join(patterns))

    # -- what happens ---------------------------------------------------------------

    def speak(self, code):
        self.portal_user.partner_id.lang = self.customer.lang = code
        self.authenticate("portal_acme", "portal_acme")
        self.opener.cookies["frontend_lang"] = code

    def open(self, path):
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200)
        return response.text

    def open_link(self, purpose, **values):
        links = self.env["paycollect.link"]
        url = links._issue(self.customer, purpose, self.company, **values)
        return self.open("/pay/" + url.rsplit("/", 1)[1])

    # -- checks -----------------------------------------------------------------------

    def check_reads(self, source, code, *sentences):
        """The sentences are there, and nothing of ours is still in English."""
        texts = self.get_texts(source)
        whole = " ".join(texts)
        for sentence in sentences:
            self.assertIn(sentence, whole)
        english = [text for text in texts if self.english[code].fullmatch(text)]
        self.assertFalse(english)

    def get_texts(self, source):
        """Return what is visible, a string for each piece of text."""
        tree = html.fromstring(source)
        for node in tree.xpath("//script | //style | //head"):
            node.drop_tree()
        return [" ".join(text.split()) for text in tree.itertext() if text.strip()]

    # -- tests ------------------------------------------------------------------------

    def test_the_page_to_add_a_method(self):
        self.customer.lang = "es_ES"
        self.check_reads(
            self.open_link("method"),
            "es_ES",
            "Agregue un método de pago",
            "Hoy no se le cobrará nada.",
            "Autorizo a",
            "Aceptar y guardar",
        )
        self.customer.lang = "fr_FR"
        self.check_reads(
            self.open_link("method"),
            "fr_FR",
            "Rien ne sera débité aujourd'hui.",
            "J'autorise",
            "Accepter et enregistrer",
        )

    def test_the_page_to_pay_an_invoice(self):
        self.customer.lang = "es_ES"
        page = self.open_link("invoice", move=self.invoice)
        self.check_reads(page, "es_ES", "A pagar ahora", "Pague el importe pendiente.")
        self.customer.lang = "fr_FR"
        page = self.open_link("invoice", move=self.invoice)
        self.check_reads(page, "fr_FR", "À payer maintenant", "régler le montant dû.")

    def test_the_receipt(self):
        for code, sentences in {
            "es_ES": (
                "pagados. ¡Gracias!",
                "Saldo pendiente",
                "Responda a este correo",
            ),
            "fr_FR": ("payés. Merci", "Solde dû", "Répondez simplement à cet e-mail"),
        }.items():
            self.customer.lang = code
            mail = self.paid._create_message(RECEIPT, self.customer.email)
            self.check_reads(mail.body_html, code, *sentences)
            self.assertNotIn("Manual Payment", mail.body_html)
        self.assertRegex(mail.subject, r"^Reçu pour ")

    def test_the_balance_with_and_without_a_login(self):
        for code, sentences in {
            "es_ES": ("Su saldo", "Facturas pendientes", "Venció el", "Vence el"),
            "fr_FR": ("Votre solde", "Factures à payer", "Échue le", "Échéance"),
        }.items():
            self.speak(code)
            self.check_reads(self.open("/my/balance"), code, *sentences)
            self.check_reads(self.open_link("balance"), code, *sentences[1:])

    def test_the_statement_on_the_page_and_in_the_email(self):
        for code, sentences in {
            "es_ES": ("Estado de cuenta", "Saldo inicial", "Nota de crédito"),
            "fr_FR": ("Relevé", "Solde initial", "Avoir"),
        }.items():
            self.speak(code)
            self.check_reads(self.open("/my/statement"), code, *sentences)
            name = self.customer.with_context(lang=code)._get_statement_filename(
                self.today, self.today, "pdf"
            )
            self.assertTrue(name.startswith(sentences[0]), name)

    def test_the_home_page_and_all_that_it_leads_to(self):
        self.make_token(self.portal_user.partner_id)
        for code, words in {
            "es_ES": ("A pagar ahora", "Cheques", "Pago automático"),
            "fr_FR": ("À payer maintenant", "Chèques", "Paiement automatique"),
        }.items():
            self.speak(code)
            self.check_reads(self.open("/my"), code, *words)
            for page in PAGES:
                with self.subTest(page=page, lang=code):
                    self.check_reads(self.open(f"/my/{page}"), code)

    def test_the_scripts_of_public_pages(self):
        self.speak("fr_FR")
        answer = self.url_open("/website/translations?lang=fr_FR").json()
        texts = answer["modules"]["paycollect_fsm"]["messages"]
        ids = {text["id"]: text["string"] for text in texts}
        self.assertEqual(
            ids["We couldn't open your bank's page."],
            "Nous n'avons pas pu ouvrir la page de votre banque.",
        )

    def test_what_is_stored_for_the_customer_is_in_their_language(self):
        self.customer.lang = "es_ES"
        notice = self.env["paycollect.check.notice"].create(
            {
                "partner_id": self.customer.id,
                "number": "1042",
                "amount": 100,
                "date": self.today,
                "currency_id": self.company.currency_id.id,
                "company_id": self.company.id,
                "source": "portal",
                "announced_on": self.today,
                "expected_until": self.today,
            }
        )
        invoice = notice._charge_bounce_fee(25, self.today)
        self.assertEqual(
            invoice.invoice_line_ids.name, "Cargo por el cheque devuelto 1042"
        )

    def test_an_extra_is_named_in_the_language_of_who_pays(self):
        self.customer.lang = "fr_FR"
        self.cable.with_context(lang="fr_FR").name = "Câble de raccordement"
        job = self.make_plain_job(self.customer, [(self.cable, 1)])
        self.assertEqual(job.collection_line_ids.name, "Câble de raccordement")
