// The service's SVG in the page. Its style sheet is adopted, because the page's policy lets no style stand in markup.

let adopted = null;

const STYLE = /<style>([^<]*)<\/style>/;
const STYLED = /^(<svg [^>]*?) style="[^"]*"/;

/** The picture as an element. Rectangles of buffers get their title as a label, since the page shows it itself. */
export function inserted(text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE.exec(text)?.[1] ?? "");
  const bare = text.replace(STYLE, "").replace(STYLED, "$1");
  const svg = document.importNode(new DOMParser().parseFromString(bare, "image/svg+xml").documentElement, true);
  if (svg.nodeName !== "svg") throw new Error("The service's picture is no SVG document.");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((one) => one !== adopted), sheet];
  adopted = sheet;
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
