# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ways to break the protocol. The machine must notice each of them.

A mutation patches the loaded code and loads the dice so that revealing steps are drawn
often: the machine is the same but need not run for hours.
"""

import itertools
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import sql_db

from odoo.addons.paycollect_fsm.models.charge import (
    account_move_collectable,
    paycollect_attempt_send,
)
from odoo.addons.paycollect_fsm.rules.collectable import assess
from odoo.addons.paycollect_fsm.rules.outcome import Codes, Outcome
from odoo.addons.payment import utils as payment_utils

from . import dice
from .place import MOVES

# Nothing that would delay the next charge.
PLAIN = {
    "kind": ("good",),
    "worker": ("job",),
    "terms": tuple(name for name in dice.SIDES["terms"] if name != "net"),
}
FAULTY = {"step": ("somebody_is_billed", "work_with_a_fault"), "fault": ("drop_after",)}
CORRECTED = {"step": ("somebody_is_billed", "work", "accounting_acts")}


@contextmanager
def retry_an_unknown(registry):
    """A missing response counts as a temporary decline, so another charge follows."""
    classify = paycollect_attempt_send.classify

    def careless(*arguments):
        outcome = classify(*arguments)
        if outcome.state != "unknown":
            return outcome
        return Outcome("declined", "declined", Codes("processing_error"), 402)

    with (
        dice.loaded(**PLAIN, **FAULTY),
        patch.object(paycollect_attempt_send, "classify", careless),
    ):
        yield


@contextmanager
def drop_the_lock(registry):
    """A claim does not check for concurrent claims.

    The database's own check for concurrent updates is also a lock: it would reject
    the second claim at its commit. With an unsettled debit, nothing indicates that the
    invoice is paid.
    """
    attempt, move = registry["paycollect.attempt"], registry["account.move"]
    with (
        dice.loaded(
            **{**PLAIN, "kind": ("bank",), "terms": ("at once",)},
            **{"busy worker": ("job",), "rare fault": (None,)},
            step=("somebody_is_billed", "rivals_at_work"),
            rival=("sweep",),
            moment=(("claim", 1),),
            pause=({"minutes": 2},),
        ),
        patch.object(attempt, "try_lock_for_update", lambda self, **_options: self),
        patch.object(attempt, "_wait_for_lock", lambda self: None),
        patch.object(move, "_lock_or_retry", lambda self: None),
        patch.object(
            sql_db, "ISOLATION_LEVEL_REPEATABLE_READ", ISOLATION_LEVEL_READ_COMMITTED
        ),
    ):
        yield


@contextmanager
def new_key_after_a_time_out(registry):
    """A repeated request looks like another charge to the provider."""
    numbers = itertools.count()

    def generate(*_args, **_options):
        return f"key {next(numbers)}"

    with (
        dice.loaded(**PLAIN, **FAULTY),
        patch.object(payment_utils, "generate_idempotency_key", generate),
    ):
        yield


@contextmanager
def forget_the_checkout(registry):
    """A customer who clicked “Pay” and left is ignored, but may still pay."""
    transaction = registry["payment.transaction"]
    with (
        dice.loaded(
            **{**PLAIN, "busy worker": ("mail",), "rare fault": (None,)},
            step=("somebody_comes_between",),
            pause=({"minutes": 20},),
            deed=("leave page", "sweep", "return to page"),
        ),
        patch.object(transaction, "_is_abandoned", lambda self, *_args: False),
    ):
        yield


@contextmanager
def ignore_credit(registry):
    """A claim does not check for the customer's credit."""
    move = registry["account.move"]

    def find_none(moves):
        return {move: {} for move in moves}

    with (
        dice.loaded(**PLAIN, **CORRECTED, books=dice.ON_CREDIT),
        patch.object(move, "_get_open_credits", find_none),
    ):
        yield


@contextmanager
def charge_from_a_copy(registry):
    """The location of the database is not checked."""
    company = registry["res.company"]
    with (
        dice.loaded(
            **PLAIN, step=("work", "the_database_is_another"), house=tuple(MOVES)
        ),
        patch.object(company, "_has_moved", lambda self: False),
    ):
        yield


@contextmanager
def repeat_a_mark(registry):
    """A transaction is identified by its reference, which a restored database assigns
    again. The provider's key for the first one has expired by then.
    """
    transaction = registry["payment.transaction"]
    prepare = transaction._prepare_create_values

    def mark_alike(transactions, vals_list):
        return [
            {**vals, "collection_mark": vals["reference"]}
            for vals in prepare(transactions, vals_list)
        ]

    with (
        dice.loaded(
            **PLAIN,
            step=("somebody_is_billed", "work", "the_database_is_another"),
            house=("backup",),
            pause=({"days": 3},),
        ),
        patch.object(transaction, "_prepare_create_values", mark_alike),
    ):
        yield


@contextmanager
def decide_about_credit(registry):
    """A charge does not wait until accounting has decided about the credit."""
    with (
        dice.loaded(**PLAIN, **CORRECTED, books=(*dice.ON_CREDIT, "ask")),
        patch.object(
            account_move_collectable,
            "assess",
            lambda *args, **kwargs: replace(assess(*args, **kwargs), credit_waiting=0),
        ),
    ):
        yield


@contextmanager
def charge_whom_it_was_for(registry):
    """The invoice's current customer is not checked."""
    attempt, token = registry["paycollect.attempt"], registry["payment.token"]
    with (
        dice.loaded(**PLAIN, **CORRECTED, books=("correct",)),
        patch.object(attempt, "_get_change", lambda self: ""),
        patch.object(token, "_is_consented_for", lambda self, document: True),
    ):
        yield


@contextmanager
def charge_what_is_blocked(registry):
    """A charge held back by a person is sent anyway."""
    move = registry["account.move"]

    def find_none(moves, _now, _attempt=None):
        return {move: [] for move in moves}

    with (
        dice.loaded(**PLAIN, **CORRECTED, books=("block",)),
        patch.object(move, "_get_charge_obstacles", find_none),
        patch.object(
            registry["paycollect.attempt"], "_is_owed_in_full", lambda self: True
        ),
    ):
        yield


@contextmanager
def charge_what_the_page_showed(registry):
    """A page's amounts are taken as they are, however old it is."""
    partner = registry["res.partner"]
    transaction = registry["payment.transaction"]
    find, shown = partner._get_payment_blocks, {}

    def remember(record, company, today, choice=None):
        blocks = shown.setdefault(choice, find(record, company, today, choice))
        return [_renew_block(block, record.env) for block in blocks]

    with (
        dice.loaded(
            **{**PLAIN, "terms": ("net",)},
            step=("the_customer_acts",),
            says=("one tap", "old window"),
            choice=("everything",),
        ),
        patch.object(partner, "_get_payment_blocks", remember),
        patch.object(transaction, "_check_amount_open", lambda self: None),
        patch.object(transaction, "_is_still_owed", lambda self: True),
    ):
        yield


def _renew_block(block, env):
    """Return what was shown with records of another transaction."""

    def renew(item):
        line = env["account.move.line"].sudo().browse(item.line.id)
        return replace(
            item,
            line=line,
            move=line.move_id.browse(item.move.id),
            currency=env["res.currency"].browse(item.currency.id),
        )

    shares = [replace(share, item=renew(share.item)) for share in block.plan.shares]
    return replace(
        block,
        currency=env["res.currency"].browse(block.currency.id),
        items=tuple(map(renew, block.items)),
        plan=replace(block.plan, shares=tuple(shares)),
    )


@contextmanager
def forget_what_the_customer_said(registry):
    """Autopay charges what is in dispute, and what a check is going to pay."""
    move, line = registry["account.move"], registry["account.move.line"]

    def find_none(records, _now, _attempt=None):
        return {record: [] for record in records}

    def find_no_reasons(lines, _today):
        return {line: {} for line in lines}

    with (
        dice.loaded(
            **{**PLAIN, "terms": ("net",), "worker": ("autopay", "job")},
            step=("the_customer_acts", "work"),
            says=("autopay", "autopay", "check"),
            pause=({"days": 3},),
            **{"autopay terms": ({**dice.AUTOPAY[0], "max_amount": ""},)},
        ),
        patch.object(move, "_get_charge_obstacles", find_none),
        patch.object(line, "_get_item_reasons", find_no_reasons),
    ):
        yield


@contextmanager
def exceed_the_limit(registry):
    """Autopay doesn't look at the customer's limits."""
    autopay = registry["paycollect.autopay"]
    get_terms = autopay._get_terms

    def get_generous_terms(row):
        return replace(get_terms(row), max_amount=0.0, max_month=0.0)

    with (
        dice.loaded(
            **{**PLAIN, "terms": ("net",), "worker": ("autopay", "job")},
            step=("the_customer_acts", "work"),
            says=("autopay",),
            pause=({"days": 3},),
            **{"autopay terms": ({**dice.AUTOPAY[0], "max_amount": "20"},)},
        ),
        patch.object(autopay, "_get_terms", get_generous_terms),
        patch.object(autopay, "_get_amount_obstacle", lambda self, *_args: ""),
    ):
        yield


@contextmanager
def pay_without_a_lock(registry):
    """Two pages may start a payment of the same invoices at the same moment."""
    transaction = registry["payment.transaction"]

    def look_again(_transactions, documents):
        documents.invalidate_recordset(["transaction_ids"])

    with (
        dice.loaded(
            **{**PLAIN, "terms": ("net",)},
            step=("the_customer_is_interrupted",),
            pays=("card", "link"),
            choice=("everything",),
            **{"page moment": (("request", 1),), "page rival": ("one tap", "card")},
        ),
        patch.object(transaction, "_lock_to_pay", look_again),
    ):
        yield


@contextmanager
def a_receipt_for_each_invoice(registry):
    """Whoever pays several invoices at once gets a receipt for each."""
    move = registry["account.move"]
    with (
        dice.loaded(
            **{**PLAIN, "terms": ("net",), "worker": ("job",)},
            step=("somebody_is_billed", "the_customer_acts", "work"),
            says=("one tap",),
            choice=("everything",),
        ),
        patch.object(move, "_find_joint_payment", lambda self: None),
    ):
        yield


@contextmanager
def capture_without_a_row(registry):
    """A hold is captured before the row that says so is committed."""
    attempt = registry["paycollect.attempt"]
    commit = attempt._commit_claim

    def forget(record):
        return None if record.hold_id else commit(record)

    with (
        dice.loaded(
            **{**PLAIN, "pause": ({"minutes": 2},)}, step=("an_order_is_done", "work")
        ),
        patch.object(attempt, "_commit_claim", forget),
    ):
        yield


@contextmanager
def second_hold(registry):
    """A hold that isn't needed counts as released before the provider is asked."""
    hold = registry["paycollect.hold"]
    with (
        dice.loaded(
            **{**PLAIN, "pause": ({"minutes": 2},)}, step=("an_order_changes", "work")
        ),
        patch.object(
            hold,
            "_set_voiding",
            lambda self, reason, now: self._set_over("voided", reason, now),
        ),
    ):
        yield


@contextmanager
def new_key_for_a_refund(registry):
    """A refund whose worker was killed is repeated with another key.

    The third request of its job is the one that moves the money.
    """
    numbers, generate = itertools.count(), payment_utils.generate_idempotency_key

    def forget(transaction, *args, **options):
        key = generate(transaction, *args, **options)
        if transaction.operation != "refund":
            return key
        return f"{key} {next(numbers)}"

    with (
        dice.loaded(
            **{**PLAIN, "worker": ("job", "job", "refunds")},
            step=("a_refund_is_asked_for", "killed_work", "work"),
            moment=(("answered", 3),),
            pause=({"minutes": 6},),
            **{"busy worker": ("job",), "rare fault": (None,)},
        ),
        patch.object(payment_utils, "generate_idempotency_key", forget),
    ):
        yield


MUTATIONS = {
    mutation.__name__.replace("_", "-"): mutation
    for mutation in (
        retry_an_unknown,
        drop_the_lock,
        new_key_after_a_time_out,
        forget_the_checkout,
        ignore_credit,
        decide_about_credit,
        charge_from_a_copy,
        repeat_a_mark,
        charge_whom_it_was_for,
        charge_what_is_blocked,
        charge_what_the_page_showed,
        forget_what_the_customer_said,
        exceed_the_limit,
        pay_without_a_lock,
        a_receipt_for_each_invoice,
        capture_without_a_row,
        second_hold,
        new_key_for_a_refund,
    )
}
