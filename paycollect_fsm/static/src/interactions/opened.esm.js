import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const SIGNS = ["pointermove", "pointerdown", "touchstart", "wheel", "keydown"];

/**
 * Notifies the server once that a person is using the page behind a signed link.
 *
 * Email scanners fetch the page, and some run its scripts, but none of them moves a
 * pointer or presses a key.
 */
export class Opened extends Interaction {
    static selector = ".o_paycollect_page[data-opened-route]";

    setup() {
        this.isTold = false;
    }

    start() {
        for (const sign of SIGNS) {
            this.addListener(window, sign, this.tell, {passive: true});
        }
    }

    tell(event) {
        if (this.isTold || !event.isTrusted) {
            return;
        }
        this.isTold = true;
        // Submitting the page reports it again if this call is lost.
        rpc(this.el.dataset.openedRoute, {}, {silent: true}).catch(() => null);
    }
}

registry.category("public.interactions").add("paycollect_fsm.opened", Opened);
