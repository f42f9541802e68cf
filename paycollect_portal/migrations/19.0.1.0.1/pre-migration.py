# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

MOVED = "balance_block_scheduled"


def migrate(cr, _version):
    """Remove a view that extends the balance: what it looks for has moved.

    It is created again, as an extension of the template that has the button now. The
    balance is loaded before it, and can't be checked with the old one in place.
    """
    cr.execute(
        """
        DELETE FROM ir_ui_view WHERE id IN (
            SELECT res_id FROM ir_model_data
             WHERE module = 'paycollect_portal' AND model = 'ir.ui.view' AND name = %s)
        """,
        [MOVED],
    )
    cr.execute(
        "DELETE FROM ir_model_data WHERE module = 'paycollect_portal' AND name = %s",
        [MOVED],
    )
