// The text that the user works on. It is kept in this tab, so that a reload loses nothing and tabs do not mix.

const NAME = "warpack-draft";
const FORMATS = { json: "json", yaml: "yaml", yml: "yaml", toml: "toml", csv: "csv", mlir: "triton", ttgir: "triton", log: "triton" };
const MOST_BYTES = 16 * 1024 * 1024;

/** `held`: from a link or an address, and not to be sent until the user says so. `job`: the order that it belongs to.
 *  `format` and `kernel` as POST /v1/manifests:read takes them. `chosen`: the user has set the format. */
export function sourceOf(text, { format = "auto", name = "", kernel = null, from = "typed", held = false, job = null, chosen = false } = {}) {
  return { text, format, name, kernel, from, held, job, chosen };
}

/** A file that was dropped or opened. Throws Error with a sentence. */
export async function sourceOfFile(file) {
  if (file.size > MOST_BYTES) throw new Error(`${file.name} has more than 16 MiB, the most that a manifest may have.`);
  const text = decoded(await file.arrayBuffer(), file.name);
  const dot = file.name.lastIndexOf(".");
  const format = FORMATS[file.name.slice(dot + 1).toLowerCase()] ?? "auto";
  return sourceOf(text, { format, name: dot > 0 ? file.name.slice(0, dot) : file.name, from: "file" });
}

/** The text at another address, fetched without the user's key or cookies. Throws Error with a sentence. */
export async function sourceOfAddress(address) {
  let target;
  try {
    target = new URL(address, document.baseURI);
  } catch {
    throw new Error(`${address} is no address of a manifest.`);
  }
  if (!["http:", "https:"].includes(target.protocol)) throw new Error("The address of a manifest begins with https:// or http://.");
  let answer;
  try {
    answer = await fetch(target, { credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    throw new Error(`${target.host} cannot be read: it does not answer, or does not let other pages read it (CORS), or redirects to another host.`);
  }
  if (!answer.ok) throw new Error(`${target.host} answered with status ${answer.status} instead of a manifest.`);
  const file = target.pathname.split("/").pop();
  const text = decoded(await limited(answer), file || target.host);
  const format = FORMATS[file.slice(file.lastIndexOf(".") + 1).toLowerCase()] ?? "auto";
  return sourceOf(text, { format, name: file.replace(/\.[^.]*$/, ""), from: "address", held: true });
}

async function limited(answer) {
  const parts = [];
  let total = 0;
  const reader = answer.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    total += next.value.length;
    if (total > MOST_BYTES) {
      await reader.cancel();
      throw new Error("What is at this address has more than 16 MiB, the most that a manifest may have.");
    }
    parts.push(next.value);
  }
  return new Blob(parts).arrayBuffer();
}

function decoded(data, name) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    throw new Error(`${name} is no text in UTF-8.`);
  }
}

export function keepDraft(source) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(source));
  } catch {
    forgetDraft(); // too large, or storage is switched off: a reload begins without it
  }
}

export function storedDraft() {
  try {
    const found = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
    return found && typeof found.text === "string" ? { ...sourceOf(""), ...found } : null;
  } catch {
    return null;
  }
}

export function forgetDraft() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // nothing was kept
  }
}
