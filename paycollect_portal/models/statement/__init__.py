# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import account_move_line
from . import paycollect_customer_data
from . import paycollect_message
from . import paycollect_statement_request
from . import report_statement
from . import res_partner
from . import res_partner_statement_files
