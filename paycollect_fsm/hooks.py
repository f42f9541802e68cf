# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tools import SQL


def uninstall_hook(env):
    """Undo what our data changed in the records of others."""
    _give_back_access(env)
    _switch_off_bank_accounts(env)
    _drop_foreign_keys(env)


def _give_back_access(env):
    """Give technicians back the access to journal items that OCA grants them."""
    access = env.ref(
        "fieldservice_account.access_account_move_line_fsm_user",
        raise_if_not_found=False,
    )
    if access:
        access.active = True


def _switch_off_bank_accounts(env):
    """Stored US bank accounts are Odoo's again, which stores none.

    Not as long as there are some: switching it off archives them.
    """
    method = env.ref(
        "payment.payment_method_ach_direct_debit", raise_if_not_found=False
    )
    tokens = env["payment.token"].sudo()
    if method and not tokens.search_count([("payment_method_id", "=", method.id)]):
        method.support_tokenization = False


def _drop_foreign_keys(env):
    """Let our records go while columns that are dropped later still name them."""
    env.cr.execute(
        r"""
        SELECT source.relname, foreign_key.conname
          FROM pg_constraint foreign_key
          JOIN pg_class source ON source.oid = foreign_key.conrelid
          JOIN pg_class target ON target.oid = foreign_key.confrelid
         WHERE foreign_key.contype = 'f' AND target.relname LIKE 'paycollect\_%'
        """
    )
    for table, name in env.cr.fetchall():
        env.cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table),
                SQL.identifier(name),
            )
        )
