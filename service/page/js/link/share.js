// Links to what the page shows. The manifest's own text is in the link, so whoever has the link has the manifest.

import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { counted } from "../words.js";
import { pack } from "./codec.js";
import { addressOf } from "./place.js";

const LONG = 8000;

/** `source`: the text in the editor. `shown`: { job, layout, manifest, picture, view } of that text, or null. */
export async function share(api, { source, shown }) {
  const manifest = await pack(source.text);
  const format = source.format === "auto" ? null : source.format;
  const layout = shown?.layout ? await pack(JSON.stringify({ layout: shown.layout, manifest: shown.manifest, picture: await pictureOf(api, shown) })) : null;
  const view = shown?.view ?? null;
  const links = [
    ["Link to this manifest", "The text is in the link. It is sent to no service until the reader orders a layout.", addressOf({ manifest, format })],
  ];
  if (layout) {
    const withLayout = { manifest, format, layout, view };
    links.push(["Link to this manifest with its layout", "Opens with the picture, also where the service has never seen the manifest.", addressOf(withLayout)]);
    links.push(["Frame for another page", "Picture and figures only.", frameOf(addressOf(withLayout, { embed: true }))]);
  }
  if (shown?.job) {
    links.push(["Link to this order", "For those who may see your orders on this service.", addressOf({ job: shown.job.id, view })]);
  }
  openDialog("Share", links.map(([title, about, link]) => row(title, about, String(link))), { wide: true });
}

/** The picture's SVG; null where it cannot be had. */
async function pictureOf(api, { job, picture }) {
  if (picture || job?.state !== "ready") return picture ?? null;
  try {
    return await api.file(job.id, "layout.svg");
  } catch {
    return null; // the link shows the figures alone then
  }
}

const frameOf = (address) => `<iframe src="${address.href.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" width="960" height="600" title="Warpack layout"></iframe>`;

function row(title, about, link) {
  const field = h("input", { readonly: true, value: link, "aria-label": title, onfocus: (event) => event.target.select() });
  const told = h("span", { role: "status" });
  const copy = h("button", { type: "button", "aria-label": `Copy: ${title}`, onclick: async () => {
    told.textContent = (await copied(field)) ? "Copied." : "This browser lets no page copy: the text is marked, so press Ctrl+C.";
  } }, "Copy");
  const length = link.length > LONG ? ` It has ${counted(link.length, "character")}: some programs cut links of that length.` : "";
  return h("div.share", {}, h("h3", {}, title), h("p", {}, `${about}${length}`), h("div.row", {}, field, copy), told);
}

async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select(); // no clipboard without HTTPS: the old command works there
    return document.execCommand("copy");
  }
}
