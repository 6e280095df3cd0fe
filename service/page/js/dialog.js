// A dialog with a title and a button that closes it.

import { h } from "./dom.js";

/** Opens it and returns { dialog, close }. Escape closes it too; then the focus goes back to where it was. */
export function openDialog(title, content, { onClose = () => {}, wide = false } = {}) {
  const dialog = h("dialog", { class: wide ? "wide" : "", "aria-label": title });
  const close = () => dialog.close();
  dialog.append(h("div.row", {}, h("h2", {}, title), h("button", { type: "button", onclick: close }, "Close")), ...[content].flat());
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, close };
}
