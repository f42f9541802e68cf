# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_cash_report
from . import paycollect_cash_report_facts
from . import paycollect_cash_report_line
from . import paycollect_cash_report_mail
from . import res_users
