# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Accounting's actions while charges are planned, in progress or unknown.
Forbidden actions raise an error, which is shown to them.
"""

from functools import partial

from odoo import Command
from odoo.exceptions import UserError

from .people import is_contested
from .shop import QUICK


def make_credit_note(partner, amount):
    line = {"name": "Bad work", "price_unit": amount, "tax_ids": [Command.clear()]}
    credit = (
        partner.env["account.move"]
        .with_context(**QUICK)
        .create(
            {
                "move_type": "out_refund",
                "partner_id": partner.id,
                "invoice_line_ids": [Command.create(line)],
            }
        )
    )
    credit.action_post()


def book_on_account(partner, amount):
    """Register a customer payment that is not matched to an invoice."""
    journal = partner.env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", partner.env.company.id)], limit=1
    )
    payment = (
        partner.env["account.payment"]
        .with_context(**QUICK)
        .create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": amount,
                "journal_id": journal.id,
            }
        )
    )
    payment.action_post()


def set_credit_use(env, use):
    """Change what the company does with customers' credit."""
    env.company.sudo().collection_credit_use = use


def reset_or_post(move):
    """Reset the invoice to draft for a correction, or post it again."""
    if move.state == "draft":
        move.action_post()
    else:
        move.button_draft()


def block_or_unblock(move):
    if move.state != "posted":
        raise UserError(move.env._("It is in draft."))
    move.action_toggle_block_payment()


def correct_customer(move, partner):
    """Correct the invoice's customer; payments stay with the payer."""
    if move.commercial_partner_id == partner or move._is_settled():
        raise UserError(move.env._("There is nothing to correct."))
    if move.state == "posted":
        move.button_draft()
    move.line_ids.remove_move_reconcile()
    move.partner_id = partner
    move.action_post()


def merge(winner, loser):
    """Merge two customers."""
    wizard = winner.env["base.partner.merge.automatic.wizard"].create(
        {
            "partner_ids": [winner.id, loser.id],
            "dst_partner_id": winner.id,
            "state": "selection",
        }
    )
    wizard.action_merge()


def receive_check(notice, note):
    """Book a check that arrived, as it was announced.

    :param note: see ``Notes.note_cash``
    """
    moves = notice._get_moves()
    before = {move: move.amount_residual for move in moves}
    contested = {move: is_contested(move) for move in moves}
    notice.action_receive()
    for move, residual in before.items():
        cents = round((residual - move.amount_residual) * 100)
        if cents and not contested[move]:
            move.env.cr.postcommit.add(partial(note, move.id, cents))


def end_claims(env):
    """Answer what customers dispute."""
    for dispute in env["paycollect.dispute"].search([("state", "=", "open")]):
        dispute._answer("rejected", "It was fine.")


def end_corrections(env, move_ids):
    """Post all drafts and unblock all payments."""
    moves = env["account.move"].browse(move_ids)
    moves.filtered(lambda move: move.state == "draft").action_post()
    for move in moves.filtered(lambda move: move.payment_state == "blocked"):
        move.action_toggle_block_payment()
