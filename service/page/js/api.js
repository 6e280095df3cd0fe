// The service's calls. Paths are relative to the page, so that it works behind a prefix too.

import { storedKey } from "./keys/stored.js";

/** What a call answers when it is no success. `problem` is the body (RFC 9457), or one made here with the same
 *  members; `status` is 0 when no answer came. */
export class ProblemError extends Error {
  constructor(problem, status = problem.status ?? 0, retryAfterS = null) {
    super(problem.detail || problem.title || `The service answered with status ${status}.`);
    this.name = "ProblemError";
    this.problem = problem;
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
  /** The last part of the problem's type. */
  get slug() {
    return String(this.problem.type ?? "").split(":").pop();
  }
}

const BASE = new URL(".", document.baseURI);

/** The calls of one page. `readOnly`: nothing but GET, and no key, as a page in a foreign frame may. `onUnauthorized`
 *  is called when the service wants a key, or another one. */
export class Api {
  constructor({ readOnly = false } = {}) {
    this.readOnly = readOnly;
    this.onUnauthorized = () => {};
  }

  /** The address of a path such as `v1/layouts`. */
  url(path) {
    return new URL(path.replace(/^\//, ""), BASE);
  }

  /** The response of a call that succeeded. `quiet`: a missing key is no reason to ask for one. Throws ProblemError. */
  async fetch(path, { method = "GET", body, headers = {}, signal, key = storedKey(), quiet = false } = {}) {
    if (this.readOnly && method !== "GET") {
      throw new ProblemError({ type: "read-only", title: "An embedded page changes nothing", detail: "Open Warpack itself to do this." });
    }
    const fields = new Headers(headers);
    if (body !== undefined) fields.set("Content-Type", "application/json");
    if (key && !this.readOnly) fields.set("Authorization", `Bearer ${key}`);
    const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    let response;
    try {
      response = await fetch(this.url(path), { method, body: sent, headers: fields, signal, credentials: "omit" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ProblemError({ type: "no-connection", title: "No connection", detail: "The service does not answer. Is it running, and are you connected?" });
    }
    if (response.ok) return response;
    const failure = await problemOf(response);
    if (response.status === 401 && !quiet) this.onUnauthorized(failure);
    throw failure;
  }

  async json(path, options) {
    return (await this.fetch(path, options)).json();
  }

  async text(path, options) {
    return (await this.fetch(path, options)).text();
  }

  job(id, options) {
    return this.json(`v1/layouts/${encodeURIComponent(id)}`, options);
  }

  manifest(id, options) {
    return this.json(`v1/layouts/${encodeURIComponent(id)}/manifest`, options);
  }

  /** The text of a job's file, such as `layout.svg`. */
  file(id, name, options) {
    return this.text(`v1/layouts/${encodeURIComponent(id)}/${name}`, options);
  }

  /** Orders a layout. The same `idempotencyKey` again gets the same job. */
  submit(text, idempotencyKey, options = {}) {
    return this.json("v1/layouts", { ...options, method: "POST", body: text, headers: { "Idempotency-Key": idempotencyKey } });
  }

  cancel(id) {
    return this.json(`v1/layouts/${encodeURIComponent(id)}`, { method: "DELETE" });
  }
}

async function problemOf(response) {
  const retry = Number(response.headers.get("Retry-After")) || null;
  const text = await response.text().catch(() => "");
  try {
    const problem = JSON.parse(text);
    if (problem && typeof problem === "object") return new ProblemError(problem, response.status, retry);
  } catch {
    // a proxy's own error page is no JSON: the status says what is known
  }
  const title = `Status ${response.status} ${response.statusText}`.trim();
  return new ProblemError({ type: "no-problem", title, status: response.status, detail: `${title}, without an explanation.` }, response.status, retry);
}
