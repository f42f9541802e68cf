# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.fieldservice_portal.controllers.fsm_order_portal import CustomerPortal
from odoo.addons.paycollect_fsm.models.company.moments import format_moment
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.history.fsm_order import PHOTOS
from .customer import get_customer

URL = "/my/service"
STEP = 20
# The stock page fails with an error 500 for any other.
STOCK_GROUPS = ("none", "location_id", "stage_id", "type")
STOCK_SORTINGS = ("date", "name", "stage", "location", "type")


class PortalHistory(CustomerPortal):
    """The customer's service history, in place of the stock pages of jobs."""

    @http.route(
        [URL, f"{URL}/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def collection_history(
        self,
        page=1,
        sortby=None,
        filterby=None,
        search=None,
        search_in=None,
        **kwargs,
    ):
        if not (customer := get_customer()):
            raise request.not_found()
        sortings, filters = self._get_history_sortings(), self._get_history_filters()
        inputs = self._get_history_inputs()
        sortby = sortby if sortby in sortings else "date"
        filterby = filterby if filterby in filters else "all"
        search_in = search_in if search_in in inputs else "all"
        domain = self._get_history_domain(customer) & filters[filterby]["domain"]
        if search:
            domain &= self._get_history_search(search_in, search[:100])
        jobs = request.env["fsm.order"].sudo()
        kept = {
            "sortby": sortby,
            "filterby": filterby,
            "search_in": search_in,
            "search": search,
        }
        pager = portal_pager(
            url=URL,
            url_args=kept,
            total=jobs.search_count(domain),
            page=page,
            step=STEP,
        )
        jobs = jobs.search(
            domain, order=sortings[sortby]["order"], limit=STEP, offset=pager["offset"]
        )
        today = request.env.company.sudo()._get_today()
        return request.render(
            "paycollect_portal.portal_history",
            {
                **self._prepare_portal_layout_values(),
                **kept,
                "rows": jobs._get_history_rows(customer, today),
                "page_name": "collection_history",
                "default_url": URL,
                "pager": pager,
                "searchbar_sortings": sortings,
                "searchbar_filters": filters,
                "searchbar_inputs": inputs,
            },
        )

    @http.route(
        f"{URL}/<int:order_id>", type="http", auth="user", website=True, methods=["GET"]
    )
    def collection_history_job(self, order_id, **kwargs):
        job, customer = self._find_history_job(order_id)
        today = request.env.company.sudo()._get_today()
        [row] = job._get_history_rows(customer, today)
        files = job._get_history_files()
        photos = files.filtered(lambda file: file.mimetype in PHOTOS)
        may_write = request.env["fsm.order"].browse(job.id).has_access("read")
        return request.render(
            "paycollect_portal.portal_history_job",
            {
                **self._prepare_portal_layout_values(),
                "row": row,
                "job": job,
                "format_moment": lambda moment: format_moment(request.env, moment),
                "photos": photos,
                "reports": files - photos,
                "has_thread": may_write,
                "page_name": "collection_history",
            },
        )

    @http.route(
        f"{URL}/<int:order_id>/file/<int:file_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def collection_history_file(self, order_id, file_id, **kwargs):
        """Serve a photo or a report of a job that the customer may see."""
        job, _customer = self._find_history_job(order_id)
        file = job._get_history_files().filtered(lambda one: one.id == file_id)
        if not file:
            raise request.not_found()
        stream = request.env["ir.binary"].sudo()._get_stream_from(file)
        return stream.get_response(as_attachment=file.mimetype not in PHOTOS)

    # -- the stock pages -------------------------------------------------------------

    @http.route()
    def portal_my_fsm_orders(
        self, *args, sortby=None, groupby=None, filterby=None, **kwargs
    ):
        if get_customer():
            return request.redirect(URL)
        return super().portal_my_fsm_orders(
            *args,
            sortby=sortby if sortby in STOCK_SORTINGS else None,
            groupby=groupby if groupby in STOCK_GROUPS else None,
            filterby=filterby if self._is_stock_filter(filterby) else None,
            **kwargs,
        )

    def _is_stock_filter(self, filterby):
        """Whether the stock page knows a filter: it offers the names of the stages."""
        domain = [("stage_type", "=", "order"), ("portal_visible", "=", True)]
        stages = request.env["fsm.stage"].search(domain)
        return filterby in ("all", "open", *stages.mapped("name"))

    @http.route()
    def portal_my_fsm_order(self, order_id=None, **kwargs):
        if get_customer():
            return request.redirect(f"{URL}/{order_id}")
        return super().portal_my_fsm_order(order_id=order_id, **kwargs)

    def _prepare_home_portal_values(self, counters):
        """Count the user's own jobs; the stock counter counts everybody's."""
        values = super()._prepare_home_portal_values(counters)
        if "fsm_order_count" in counters:
            jobs = request.env["fsm.order"]
            domain = Domain(self._prepare_fsm_orders_domain())
            if customer := get_customer():
                jobs, domain = jobs.sudo(), self._get_history_domain(customer)
            allowed = jobs.has_access("read")
            values["fsm_order_count"] = jobs.search_count(domain) if allowed else 0
        return values

    # -- helpers -----------------------------------------------------------------------

    def _get_history_domain(self, customer):
        jobs = request.env["fsm.order"]
        return jobs._get_history_domain(customer, request.env.company)

    def _find_history_job(self, order_id):
        """Return the job (sudo) and the customer; 404 for another customer's job."""
        customer = get_customer()
        if not customer:
            raise request.not_found()
        domain = self._get_history_domain(customer) & Domain("id", "=", order_id)
        job = request.env["fsm.order"].sudo().search(domain, limit=1)
        if not job:
            raise request.not_found()
        return job, customer

    def _get_history_sortings(self):
        _ = request.env._
        return {
            "date": {
                "label": _("Newest"),
                "order": "scheduled_date_start desc, request_early desc, id desc",
            },
            "name": {"label": _("Number"), "order": "name, id"},
            "stage": {"label": _("Status"), "order": "stage_id, id desc"},
            "location": {"label": _("Site"), "order": "location_id, id desc"},
        }

    def _get_history_filters(self):
        _ = request.env._
        return {
            "all": {"label": _("All"), "domain": Domain.TRUE},
            "open": {
                "label": _("Open"),
                "domain": Domain("is_closed", "=", False),
            },
            "finished": {
                "label": _("Finished"),
                "domain": Domain("is_closed", "=", True),
            },
        }

    def _get_history_inputs(self):
        _ = request.env._
        return {
            "all": {"input": "all", "label": _("Search everywhere")},
            "name": {"input": "name", "label": _("Search in numbers")},
            "description": {
                "input": "description",
                "label": _("Search in descriptions"),
            },
            "location": {"input": "location", "label": _("Search in sites")},
            "worker": {"input": "worker", "label": _("Search in workers")},
        }

    def _get_history_search(self, search_in, text):
        paths = {
            "name": "name",
            "description": "description",
            "location": "location_id.name",
            "worker": "person_id.name",
        }
        chosen = [paths[search_in]] if search_in in paths else paths.values()
        return Domain.OR(Domain(path, "ilike", text) for path in chosen)
