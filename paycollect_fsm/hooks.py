# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def uninstall_hook(env):
    """Give technicians back the access to journal items that OCA grants them."""
    access = env.ref(
        "fieldservice_account.access_account_move_line_fsm_user",
        raise_if_not_found=False,
    )
    if access:
        access.active = True
