// Texts in links: deflate, then base64url. Nothing of this leaves the browser.

const MOST_BYTES = 16 * 1024 * 1024;
const DAMAGED = "The link is damaged: it was probably cut off. Ask for it again, or for the file.";

/** The text, compressed, in letters that a fragment may have. */
export async function pack(text) {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  let letters = "";
  for (let at = 0; at < data.length; at += 0x8000) letters += String.fromCharCode(...data.subarray(at, at + 0x8000));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The text again. Throws Error with a sentence for what was cut off, changed, or would be too large. */
export async function unpack(letters) {
  let data;
  try {
    data = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Error(DAMAGED);
  }
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let total = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      total += next.value.length;
      if (total > MOST_BYTES) break;
      parts.push(next.value);
    }
  } catch {
    throw new Error(DAMAGED);
  }
  if (total > MOST_BYTES) {
    await reader.cancel();
    throw new Error("The link holds a text of more than 16 MiB, which no manifest may have.");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await new Blob(parts).arrayBuffer());
  } catch {
    throw new Error(DAMAGED);
  }
}

/** The layout, the manifest and perhaps the picture (SVG text, else null) of a link that has them. Throws Error with a
 *  sentence. */
export async function layoutIn(letters) {
  const text = await unpack(letters);
  try {
    const { layout, manifest, picture } = JSON.parse(text);
    if (Array.isArray(layout.buffers) && Array.isArray(manifest.buffers)) return { layout, manifest, picture: typeof picture === "string" ? picture : null };
  } catch {
    // said below
  }
  throw new Error(DAMAGED);
}
