/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {MonetaryField, monetaryField} from "@web/views/fields/monetary/monetary_field";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** A number for which zero means that there is no limit: it then says so. */
export class LimitField extends MonetaryField {
    static template = "paycollect_fsm.LimitField";

    get noLimit() {
        return _t("No limit");
    }

    get formattedValue() {
        if (this.value) {
            return super.formattedValue;
        }
        return this.props.readonly ? this.noLimit : "";
    }

    get currencySymbol() {
        return this.state.value ? super.currencySymbol : "";
    }
}

registry.category("fields").add("paycollect_limit", {
    ...monetaryField,
    component: LimitField,
});
