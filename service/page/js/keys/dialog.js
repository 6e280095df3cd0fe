// Enters and forgets the API key, and says what it may do.

import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { sentenceOf } from "../words.js";
import { forgetKey, keepKey, storedKey } from "./stored.js";

const SCOPES = {
  submit: "order, check and verify layouts, and cancel one's own orders",
  read: "see one's own orders, their files, and the devices",
  admin: "all of that for the orders of every key, and the metrics",
  worker: "work for the service, and nothing else",
};

let open = null;

/** Opens the dialog, once at a time. `why`: a sentence above the field. `onChange()` is called when another key is kept
 *  or the key is forgotten. */
export function askForKey(api, { why = "", onChange }) {
  if (open) return;
  const required = document.documentElement.dataset.keys === "required";
  const told = h("div", { role: "status" });
  const field = h("input", { type: "password", name: "key", autocomplete: "off", spellcheck: "false", required: true, placeholder: "wp_…" });
  const lasting = h("input", { type: "checkbox", name: "lasting" });
  const say = (...parts) => told.replaceChildren(...parts);
  const form = h(
    "form",
    { method: "dialog" },
    h("label", {}, "API key", field),
    h("label.check", {}, lasting, "Keep it in this browser after the tab is closed"),
    h("div.row", {}, h("button.primary", {}, "Use this key"), h("button", { type: "button", onclick: forget }, "Forget the key")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const key = field.value.trim();
    try {
      say(described(await api.json("v1/caller", { key })));
      if (!keepKey(key, lasting.checked)) say(h("p.warning", {}, "This browser keeps nothing for the page, so the key is lost with a reload."));
      field.value = "";
      onChange();
    } catch (error) {
      say(h("p.error", {}, sentenceOf(error)));
    }
  });
  function forget() {
    forgetKey();
    say(h("p", {}, "The key is forgotten."));
    onChange();
  }
  const about = required
    ? "This service requires an API key with every call. Its operator makes one with: warpack admin keys make NAME --scope submit --scope read"
    : "This service listens to its own machine alone, and needs no key.";
  open = openDialog("API key", [why && h("p.warning", {}, why), h("p", {}, about), form, told].filter(Boolean), { onClose: () => (open = null) });
  if (storedKey() || !required) {
    api.json("v1/caller").then((caller) => say(described(caller)), (error) => error.status !== 401 && say(h("p.error", {}, sentenceOf(error))));
  }
}

function described({ key_id, scopes, priority }) {
  const may = scopes.map((scope) => h("li", {}, h("b", {}, scope), `: ${SCOPES[scope] ?? "known to newer pages"}`));
  const whose = key_id ? `Key ${key_id} is valid. Its orders have priority ${priority}. It may` : "Without a key you may";
  return h("div", {}, h("p", {}, `${whose}:`), may.length ? h("ul", {}, may) : h("p", {}, "nothing."));
}
