# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a customer reads, and whether it is translated completely and correctly.

Each addon's template of translations (``i18n/ADDON.pot``) says where a text comes from.
The places below are what customers read; the rest is for staff and may stay English.
"""

import re
from collections import Counter

import polib

LANGUAGES = ("es", "fr")

# In every addon: public pages, receipts and reports are templates, views of staff are
# records; emails, texts and the scripts of public pages.
PAGE = "model_terms:ir.ui.view,arch_db:"
EVERYWHERE = (
    "model:mail.template,subject:",
    "model:mail.template,body_html:",
    "model:sms.template,body:",
    "model_terms:sms.template,body:",
    "code:controllers/",
    "code:static/src/interactions/",
)
# What else: a place ends with "/" or ":" if everything below it counts.
READ = {
    "paycollect_fsm": (
        "model:paycollect.decline.code,customer_text:",
        "code:models/block/paycollect_consent.py",
        "code:models/block/paycollect_hour_block_customer.py",
        "code:models/block/paycollect_hour_refill_text.py",
        "code:models/booking/payment_transaction.py",
        "code:models/charge/account_move.py",
        "code:models/charge/account_move_collectable.py",
        "code:models/charge/account_move_guard.py",
        "code:models/charge/payment_transaction.py",
        "code:models/deposit/account_move_deposit_text.py",
        "code:models/deposit/sale_order_deposit_customer.py",
        "code:models/dispute/paycollect_chargeback_books.py",
        "code:models/door/paycollect_custody_receipt.py",
        "code:models/installment/paycollect_installment_plan_text.py",
        "code:models/hold/account_move_receipt.py",
        "code:models/hold/paycollect_link.py",
        "code:models/message/account_move_copy.py",
        "code:models/message/account_move_receipt.py",
        "code:models/method/paycollect_consent_copy.py",
        "code:models/method/paycollect_link.py",
        "code:models/method/paycollect_link_bank_debit.py",
        "code:models/method/payment_token.py",
        "code:models/method/payment_token_limits.py",
        "code:models/recovery/account_move.py",
        "code:models/recovery/paycollect_link.py",
        "code:models/recovery/payment_transaction_abandoned.py",
        "code:models/refund/paycollect_refund_credit_note.py",
        "code:models/refund/paycollect_refund_message.py",
        "code:models/refund/payment_transaction_undo.py",
        "code:models/stripe/payment_transaction_bank.py",
    ),
    "paycollect_portal": (
        "code:models/",
        "model:ir.model.fields.selection,name:",
    ),
    "paycollect_dunning": (
        "code:models/fee/paycollect_dunning_message_line.py",
        "code:models/fee/paycollect_late_fee_text.py",
        "code:models/promise/paycollect_promise_text.py",
        "code:models/promise/res_company.py",
        "code:models/say/",
        "model:ir.model.fields.selection,name:paycollect_dunning.selection__paycollect_promise__state",
        "model:paycollect.dunning.level,sms_text:",
    ),
}
# And what of these only staff or an agency reads.
STAFF = {
    "paycollect_portal": (
        "code:models/check/account_move.py",
        "code:models/check/fsm_order.py",
        "code:models/check/paycollect_check_notice.py",
        "code:models/check/paycollect_check_notice_custody.py",
        "code:models/check/paycollect_check_notice_match.py",
        "code:models/check/paycollect_erasure.py",
        "code:models/check/res_partner.py",
        "code:models/installment/paycollect_message.py",
        "code:models/people/paycollect_invitation_notes.py",
        "code:models/people/paycollect_message.py",
        "code:models/people/res_partner_notes.py",
        "code:models/request/account_move.py",
        "code:models/request/paycollect_dispute_text.py",
        "code:models/request/paycollect_message.py",
        "code:models/schedule/account_move.py",
        "code:models/schedule/paycollect_erasure.py",
        "code:models/schedule/paycollect_message.py",
        "code:models/schedule/res_partner.py",
        "code:models/statement/paycollect_message.py",
    ),
    "paycollect_dunning": (
        f"{PAGE}paycollect_dunning.dossier_",
        f"{PAGE}paycollect_dunning.report_dossier",
        f"{PAGE}paycollect_dunning.cash_report_",
        "model:mail.template,subject:paycollect_dunning.mail_template_cash_report",
        "model:mail.template,body_html:paycollect_dunning.mail_template_cash_report",
        "code:models/say/paycollect_dunning_case_call.py",
        "code:models/say/paycollect_dunning_case_reply.py",
        "code:models/say/paycollect_dunning_case_text.py",
        "code:models/say/paycollect_dunning_message_call.py",
        "code:models/say/paycollect_dunning_reply.py",
        "code:models/say/paycollect_message.py",
        "code:models/say/phone_blacklist.py",
        "code:models/say/res_company.py",
    ),
}

TEMPLATE = re.compile(r"<template\b[^>]*?\bid=\"([\w.]+)\"", re.DOTALL)
VALUE = re.compile(r"%\(\w+\)[a-z]|%%|\{\{.*?\}\}|<[^>]*>", re.DOTALL)
# In the expression of a placeholder: words to translate are several or capitalized.
LITERAL = re.compile(r"""'[^']*'|"[^"]*\"""")


def find_faults(addon):
    """Yield what is missing or wrong, one line each.

    :param addon: path of the addon
    """
    texts = read_texts(addon)
    for language in LANGUAGES:
        file = addon / "i18n" / f"{language}.po"
        known = {}
        if file.exists():
            known = {entry.msgid: entry for entry in polib.pofile(str(file))}
        for text in texts:
            if fault := _find_fault(known.get(text), text):
                yield f"{addon.name} {language}: {fault}: {text!r}"


def read_texts(addon):
    """Return the texts of an addon that customers read, in English."""
    reads = get_places(addon)
    template = polib.pofile(str(addon / "i18n" / f"{addon.name}.pot"))
    return [
        entry.msgid
        for entry in template
        if any(reads(place) for place, _line in entry.occurrences)
        and _has_words(entry.msgid)
    ]


def get_places(addon):
    """Return a function that says whether customers read what is at a place.

    :param addon: path of the addon
    """
    pages = {
        f"{PAGE}{addon.name}.{name}"
        for file in [*addon.glob("views/*.xml"), *addon.glob("report/*.xml")]
        for name in TEMPLATE.findall(file.read_text())
    }
    places = (*EVERYWHERE, *READ.get(addon.name, ()))
    others = STAFF.get(addon.name, ())

    def reads(place):
        place = place.replace(f"code:addons/{addon.name}/", "code:")
        read = place in pages or place.startswith(places)
        return read and not place.startswith(others)

    return reads


def _find_fault(entry, text):
    """Return what is wrong with the translation of a text, or None.

    >>> _find_fault(None, "Pay %(amount)s")
    'is missing'
    >>> entry = polib.POEntry(msgid="Pay %(amount)s", msgstr="Payer %(amont)s")
    >>> _find_fault(entry, entry.msgid)
    'differs in %(amont)s, %(amount)s'
    """
    if entry is None or entry.obsolete or not entry.msgstr.strip():
        return "is missing"
    if entry.fuzzy:
        return "is fuzzy"
    before, after = _count_values(text), _count_values(entry.msgstr)
    if changed := (before - after) | (after - before):
        return f"differs in {', '.join(sorted(changed))}"
    return None


def _count_values(text):
    """Count the placeholders and tags of a text, which a translation keeps.

    >>> _count_values("<b>{{ name and ' for %s' % name }}</b>: %(amount)s, 5%%").total()
    5
    >>> _count_values("{{ f and ' for ' }}") == _count_values("{{ f and ' pour ' }}")
    True
    """
    return Counter(LITERAL.sub(_drop_words, value) for value in VALUE.findall(text))


def _has_words(text):
    """Whether there is anything to translate beside values and tags.

    >>> _has_words("<b t-out=said.get('ends')/>{{ name }}"), _has_words("<b>Hi</b>")
    (False, True)
    >>> _has_words("{{ name and ' for ' }}")
    True
    """
    quoted = re.finditer("'[^']*'", "".join(VALUE.findall(text)))
    return any(char.isalpha() for char in VALUE.sub("", text)) or any(
        _drop_words(literal) == "''" != literal.group() for literal in quoted
    )


def _drop_words(literal):
    text = literal.group()[1:-1]
    return "''" if " " in text or text[:1].isupper() else literal.group()
