# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_customer_data
from . import paycollect_erasure
from . import account_journal
from . import res_company
from . import res_config_settings
from . import paycollect_check_notice
from . import paycollect_check_notice_announce
from . import paycollect_check_notice_books
from . import paycollect_check_notice_bounce
from . import paycollect_check_notice_match
from . import paycollect_check_notice_text
from . import account_payment
from . import account_check_deposit
from . import account_move
from . import account_move_line
from . import fsm_order
from . import res_partner
