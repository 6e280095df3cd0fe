// What the page's address says. The query is seen by the service; the fragment never leaves the browser.
//
//   ?url=ADDRESS  ?example=FILE  ?embed
//   #job=ID                       an order of this service
//   #m=TEXT&f=FORMAT&l=LAYOUT     a manifest, perhaps with its layout, both packed (codec.js)
//   &v=STATE                      what the view of the layout shows

/** The parts of the address; null for those that it lacks. */
export function readPlace(address = location) {
  const query = new URLSearchParams(address.search);
  const fragment = new URLSearchParams(address.hash.slice(1));
  return {
    url: query.get("url"),
    example: query.get("example"),
    embed: query.has("embed"),
    job: fragment.get("job"),
    manifest: fragment.get("m"),
    format: fragment.get("f"),
    layout: fragment.get("l"),
    view: parsed(fragment.get("v")),
  };
}

function parsed(text) {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null; // a link that somebody has cut: the view begins as it always does
  }
}

/** The page's address with this fragment, without `?url` and `?example`, which the fragment stands for. */
export function addressOf(parts, { embed = false, base = document.baseURI } = {}) {
  const address = new URL(".", base);
  if (embed) address.search = "?embed";
  const fields = [];
  if (parts.job) fields.push(`job=${encodeURIComponent(parts.job)}`);
  if (parts.manifest) fields.push(`m=${parts.manifest}`);
  if (parts.format) fields.push(`f=${parts.format}`);
  if (parts.layout) fields.push(`l=${parts.layout}`);
  if (parts.view) fields.push(`v=${encodeURIComponent(JSON.stringify(parts.view))}`);
  address.hash = fields.join("&");
  return address;
}

/** Makes this the page's address. `push`: as a step that the browser's Back undoes. */
export function goTo(parts, { push = false } = {}) {
  const address = addressOf(parts, { embed: readPlace().embed });
  if (address.href === location.href) return;
  history[push ? "pushState" : "replaceState"](null, "", address);
}
