// The files of a layout. A link could not send the key, so each is fetched, and then handed to the browser.

import { h } from "../dom.js";
import { sentenceOf } from "../words.js";
import { pictureOf } from "./png.js";

const OF_JOB = [
  ["allocators.py", "Allocators for numba-cuda"],
  ["allocators.cuh", "Allocators for CUDA C++"],
  ["allocators_checked.py", "Allocators that check lifetimes"],
  ["layout.svg", "Picture (SVG)"],
  ["layout.png", "Picture (PNG)"],
  ["layout.json", "Layout (JSON)"],
  ["manifest.json", "Manifest with every default (JSON)"],
  ["bundle.zip", "All files (ZIP)"],
];

/** The row of downloads for a ready job; for a layout without a job, its JSON alone. */
export function downloads(api, { job, layout, manifest }) {
  const told = h("span", { role: "status" });
  const stem = (layout.name || "layout").replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "layout";
  const make = {
    "layout.json": () => new Blob([`${JSON.stringify(layout, null, 1)}\n`], { type: "application/json" }),
    "manifest.json": () => new Blob([`${JSON.stringify(manifest, null, 1)}\n`], { type: "application/json" }),
    "layout.png": async () => pictureOf(await api.file(job.id, "layout.svg")),
  };
  const given = OF_JOB.filter(([name]) => (job?.links ? name in make || job.links[name] : name === "layout.json" || (name === "manifest.json" && manifest)));
  const buttons = given.filter(([name]) => name !== "allocators.py" && name !== "allocators.cuh" && name !== "allocators_checked.py" ? true : Boolean(layout.launch)).map(([name, what]) =>
    h("button", {
      type: "button",
      title: what,
      onclick: async (event) => {
        if (event.target.hasAttribute("aria-disabled")) return;
        event.target.setAttribute("aria-disabled", "true"); // and not `disabled`, which would take the focus
        told.textContent = "";
        try {
          const blob = make[name] ? await make[name]() : await (await api.fetch(`v1/layouts/${encodeURIComponent(job.id)}/${name}`)).blob();
          save(blob, /^(layout|manifest|bundle)/.test(name) ? `${stem}.${name}` : name);
        } catch (error) {
          told.textContent = sentenceOf(error);
        } finally {
          event.target.removeAttribute("aria-disabled");
        }
      },
    }, name),
  );
  return h("div.downloads", { role: "group", "aria-label": "Downloads" }, h("span", {}, "Download"), buttons, told);
}

export function save(blob, name) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
