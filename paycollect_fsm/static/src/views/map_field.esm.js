/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** An address that opens in the phone's map. */
export class MapField extends Component {
    static template = "paycollect_fsm.MapField";
    static props = standardFieldProps;

    get address() {
        return this.props.record.data[this.props.name] || "";
    }

    get url() {
        const query = encodeURIComponent(this.address);
        return `https://www.google.com/maps/search/?api=1&query=${query}`;
    }
}

registry.category("fields").add("paycollect_map", {
    component: MapField,
    displayName: _t("Address with Map"),
    supportedTypes: ["char"],
});
