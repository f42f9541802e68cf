# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import fsm_order
from . import mail_mail
from . import paycollect_attempt
from . import paycollect_hold
from . import payment_token
from . import payment_transaction
from . import res_partner
