# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers read is translated completely, in every language that we ship."""

import doctest

import polib
import pytest
from paycollect_setup import paths, translations

TEMPLATE = """
#. odoo-python
#: code:addons/host/controllers/pay.py:0
msgid "Pay %(amount)s"
msgstr ""

#. odoo-python
#: code:addons/host/models/note.py:0
msgid "For staff"
msgstr ""

#: model_terms:ir.ui.view,arch_db:host.pay
msgid "Pay <b>now</b>"
msgstr ""

#: model_terms:ir.ui.view,arch_db:host.view_form
msgid "Notes"
msgstr ""
"""


@pytest.fixture
def addon(tmp_path):
    addon = tmp_path / "host"
    for folder in ("i18n", "views"):
        (addon / folder).mkdir(parents=True)
    (addon / "i18n" / "host.pot").write_text(TEMPLATE)
    pages = '<odoo><template\n  name="Pay"\n  id="pay"\n>Pay</template></odoo>'
    (addon / "views" / "pay_templates.xml").write_text(pages)
    for language in translations.LANGUAGES:
        save(
            addon,
            language,
            {"Pay %(amount)s": "P %(amount)s", "Pay <b>now</b>": "<b>P</b>"},
        )
    return addon


def save(addon, language, texts):
    file = polib.POFile()
    file.extend(polib.POEntry(msgid=one, msgstr=other) for one, other in texts.items())
    file.save(str(addon / "i18n" / f"{language}.po"))


@pytest.mark.parametrize("addon", paths.addons(), ids=lambda addon: addon.name)
def test_customers_read_no_english(addon):
    assert list(translations.find_faults(addon)) == []


def test_only_what_a_customer_reads_must_be_translated(addon):
    assert translations.read_texts(addon) == ["Pay %(amount)s", "Pay <b>now</b>"]
    assert list(translations.find_faults(addon)) == []


def test_a_text_without_a_translation_is_named(addon):
    save(addon, "fr", {"Pay %(amount)s": "Payer %(amount)s", "Pay <b>now</b>": ""})
    assert list(translations.find_faults(addon)) == [
        "host fr: is missing: 'Pay <b>now</b>'"
    ]


def test_a_language_without_a_file_is_missing_everything(addon):
    (addon / "i18n" / "es.po").unlink()
    assert len(list(translations.find_faults(addon))) == 2


def test_a_lost_placeholder_or_tag_is_named(addon):
    texts = {"Pay %(amount)s": "Payer", "Pay <b>now</b>": "Payer <i>vite</i>"}
    save(addon, "fr", texts)
    assert list(translations.find_faults(addon)) == [
        "host fr: differs in %(amount)s: 'Pay %(amount)s'",
        "host fr: differs in </b>, </i>, <b>, <i>: 'Pay <b>now</b>'",
    ]


def test_a_fuzzy_translation_does_not_count(addon):
    file = polib.pofile(str(addon / "i18n" / "fr.po"))
    file[0].flags.append("fuzzy")
    file.save()
    assert list(translations.find_faults(addon)) == [
        "host fr: is fuzzy: 'Pay %(amount)s'"
    ]


def test_doctests():
    assert doctest.testmod(translations).failed == 0
