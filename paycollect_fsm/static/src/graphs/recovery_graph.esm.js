/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {graphView} from "@web/views/graph/graph_view";
import {registry} from "@web/core/registry";

/** A graph with titles on its axes, whose lines don't invent values between days. */
export class RecoveryGraphRenderer extends GraphRenderer {
    getScaleOptions() {
        const scales = super.getScaleOptions();
        const {fields, groupBy} = this.model.metaData;
        if (scales.y) {
            scales.y.title.display = true;
        }
        if (scales.x && groupBy.length) {
            scales.x.title = {
                ...scales.y.title,
                text: fields[groupBy[0].fieldName].string,
            };
        }
        return scales;
    }

    getLineChartData() {
        const data = super.getLineChartData();
        for (const dataset of data.datasets) {
            dataset.cubicInterpolationMode = "default";
            dataset.stepped = true;
        }
        return data;
    }
}

registry.category("views").add("paycollect_recovery_graph", {
    ...graphView,
    Renderer: RecoveryGraphRenderer,
});
