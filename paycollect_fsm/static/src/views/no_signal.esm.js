/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {_t} from "@web/core/l10n/translation";
import {ConnectionLostError, rpcBus} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";

const BUTTONS = [
    "paycollect.complete/action_complete",
    "fsm.order/action_open_complete",
];

let close = () => undefined;

function isButton(url) {
    return BUTTONS.some((button) => (url || "").endsWith(button));
}

/** Tell technicians without a signal what to do; Odoo's own handler tells the rest. */
function noSignalHandler(env, _error, originalError) {
    if (originalError instanceof ConnectionLostError && isButton(originalError.url)) {
        close();
        close = env.services.notification.add(
            _t(
                "Not sent yet. Press Complete again when you are back; the customer will not be charged twice."
            ),
            {type: "warning", sticky: true}
        );
    }
    return false;
}

rpcBus.addEventListener("RPC:RESPONSE", ({detail: {data, error}}) => {
    const {model, method} = data.params;
    if (!error && isButton(`${model}/${method}`)) {
        close();
    }
});
registry
    .category("error_handlers")
    .add("paycollect_fsm.no_signal", noSignalHandler, {sequence: 90});
