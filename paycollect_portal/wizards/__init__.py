# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_answer
from . import paycollect_check_bounce
from . import paycollect_check_receive
from . import paycollect_check_scan
from . import paycollect_check_scan_line
from . import paycollect_check_take
from . import paycollect_method_request
from . import paycollect_refund_start
