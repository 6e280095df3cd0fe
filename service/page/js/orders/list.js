// One's orders, newest first, page by page.

import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { FINAL, STATES, sentenceOf, when } from "../words.js";

const PAGE = 25;
const MOST_SHOWN = 5000;

/** Opens the list. `onOpen(job)` shows an order; `current` is the id of the one that is shown already. */
export function showOrders(api, { onOpen, current }) {
  const rows = h("tbody");
  const table = h(
    "table.orders",
    { hidden: true },
    h("thead", {}, h("tr", {}, ["Name", "State", "Validated", "Ordered", ""].map((name) => h("th", { scope: "col" }, name || h("span.hidden", {}, "Actions"))))),
    rows,
  );
  const told = h("p", { role: "status" });
  const more = h("button", { type: "button", hidden: true, onclick: showMore }, "Show more");
  const filter = h("select", { onchange: () => load(true) }, h("option", { value: "" }, "all states"), Object.keys(STATES).map((state) => h("option", { value: state }, state)));
  const again = h("button", { type: "button", onclick: () => load(true) }, "Load again");
  let cursor = null;
  let round = 0;
  const { close } = openDialog("Orders", [h("div.row", {}, h("label", {}, "State ", filter), again), told, h("div.scroll", { tabindex: "0" }, table), more], { wide: true });

  async function load(anew = false) {
    const mine = (round += 1);
    if (anew) cursor = null;
    told.textContent = "Loading…";
    more.disabled = true;
    const query = new URLSearchParams({ limit: PAGE });
    if (filter.value) query.set("state", filter.value);
    if (cursor) query.set("cursor", cursor);
    try {
      const page = await api.json(`v1/layouts?${query}`);
      if (mine !== round) return;
      if (anew) rows.replaceChildren();
      rows.append(...page.layouts.map(row));
      cursor = page.next_cursor;
      const shown = rows.children.length;
      table.hidden = shown === 0;
      told.textContent = shown === 0 ? "There are no such orders." : "";
      more.hidden = !cursor || shown >= MOST_SHOWN;
    } catch (error) {
      if (mine === round) told.textContent = sentenceOf(error);
    } finally {
      more.disabled = false;
    }
  }

  /** The focus goes to the first row that came. */
  async function showMore() {
    const had = rows.children.length;
    await load();
    (rows.children[had]?.querySelector("button") ?? filter).focus();
  }

  function row(job) {
    const name = job.name || "unnamed";
    const open = h("button.link", { type: "button", "aria-current": job.id === current ? "true" : null, onclick: () => (close(), onOpen(job)) }, name);
    const state = h("td", {}, h("span", { class: `state ${job.state}` }, job.state));
    const cancel = FINAL.has(job.state) ? null : h("button", { type: "button", "aria-label": `Cancel ${name}` }, "Cancel");
    cancel?.addEventListener("click", async () => {
      open.focus(); // this button goes away
      cancel.disabled = true;
      try {
        const ended = await api.cancel(job.id);
        state.replaceChildren(h("span", { class: `state ${ended.state}` }, ended.state));
        cancel.remove();
      } catch (error) {
        told.textContent = sentenceOf(error);
        cancel.disabled = false;
      }
    });
    return h("tr", {}, h("td", {}, open), state, h("td", {}, job.validation.level), h("td", {}, h("time", { datetime: job.created_at }, when(job.created_at))), h("td", {}, cancel));
  }

  load(true);
}
