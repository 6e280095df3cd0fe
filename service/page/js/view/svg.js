// The service's SVG in the page. Its style sheet is adopted, because the page's policy lets no style stand in markup.

import { h } from "../dom.js";

let adopted = null;

/** The picture as an element. Rectangles of buffers get their title as a label, since the page shows it itself. */
export function inserted(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (parsed.nodeName !== "svg") throw new Error("The service's picture is no SVG document.");
  const svg = document.importNode(parsed, true);
  const style = svg.querySelector("style");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style?.textContent ?? "");
  style?.remove();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((one) => one !== adopted), sheet];
  adopted = sheet;
  svg.removeAttribute("style");
  svg.setAttribute("role", "group");
  svg.querySelector(":scope > title")?.remove();
  for (const rect of svg.querySelectorAll("rect[data-buffer]")) {
    const title = rect.querySelector("title");
    if (!title) continue;
    rect.setAttribute("aria-label", title.textContent);
    title.remove();
  }
  return svg;
}

/** The picture as a PNG, `scale` times as large. `text` must have a fixed theme. */
export async function png(text, scale = 2) {
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = h("canvas", { width: image.naturalWidth * scale, height: image.naturalHeight * scale });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("This browser makes no PNG of so large a picture. Take the SVG.");
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Hands a file to the user. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
