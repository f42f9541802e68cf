# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_dunning_case
from . import paycollect_dunning_case_hooks
from . import paycollect_dunning_case_text
from . import paycollect_dunning_case_facts
from . import paycollect_dunning_case_customers
from . import paycollect_dunning_case_books
from . import paycollect_dunning_case_match
from . import paycollect_dunning_case_decision
from . import paycollect_dunning_case_run
from . import paycollect_dunning_case_send
from . import paycollect_dunning_message
from . import paycollect_dunning_message_due
from . import paycollect_dunning_message_line
from . import account_bank_statement_line
from . import account_move
from . import base_partner_merge
from . import paycollect_customer_data
