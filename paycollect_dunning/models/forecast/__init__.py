# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_forecast
from . import paycollect_forecast_books
from . import paycollect_forecast_orders
from . import paycollect_forecast_ordered
from . import paycollect_forecast_run
from . import paycollect_forecast_said
from . import paycollect_forecast_text
from . import paycollect_forecast_week
from . import paycollect_forecast_item
from . import paycollect_customer_data
