# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import account_move_line
from . import account_move_receipt
from . import paycollect_allocation
from . import paycollect_link
from . import payment_token
from . import payment_token_page
from . import paycollect_message
from . import payment_transaction
from . import res_company
from . import res_partner
from . import res_partner_request
from . import res_partner_role
