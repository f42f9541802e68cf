# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import paycollect_ledger
from . import paycollect_measure_mixin
from . import paycollect_kept_mixin
from . import paycollect_aging
from . import paycollect_customer_data
from . import paycollect_figure
from . import paycollect_figure_kept
from . import paycollect_invoice_figure
from . import paycollect_invoice_figure_facts
from . import paycollect_invoice_figure_money
from . import paycollect_payment_figure
from . import paycollect_revenue
from . import res_company
from . import res_config_settings
from . import res_partner
from . import spreadsheet_dashboard
