// Has the service read the text while the user works on it: every fault with its line, and what is known without solving.

const PAUSE_MS = 600;
const MOST_LIVE_BYTES = 2 * 1024 * 1024;

/** `tell(state)` gets { phase: "reading" | "read" | "faulty" | "failed" | "held" | "large", answer, error }. */
export class Reading {
  constructor(api, tell) {
    this.api = api;
    this.tell = tell;
    this.timer = null;
    this.running = null;
    this.kept = null;
  }

  /** Reads the source, once the user pauses if it is being `typed`. */
  soon(source, { typed }) {
    clearTimeout(this.timer);
    this.running?.abort();
    if (source.held) return this.tell({ phase: "held" });
    if (source.text.length > MOST_LIVE_BYTES) return this.tell({ phase: "large" });
    this.timer = setTimeout(() => this.now(source, { quiet: true }).catch(() => {}), typed ? PAUSE_MS : 0); // `now` has told it
  }

  /** Reads the source at once. Returns { format, manifest, notes, warnings, checked }. `quiet`: nobody asked for it, so a
   *  missing key opens no dialog. Throws ProblemError. */
  async now(source, { quiet = false } = {}) {
    clearTimeout(this.timer);
    const asked = { text: source.text, format: source.format, name: source.name, kernel: source.kernel };
    const same = JSON.stringify(asked);
    if (this.kept?.same === same) {
      this.tell({ phase: "read", answer: this.kept.answer });
      return this.kept.answer;
    }
    this.running?.abort();
    const mine = (this.running = new AbortController());
    this.tell({ phase: "reading" });
    try {
      const answer = await this.read(asked, { signal: mine.signal, quiet });
      this.kept = { same, answer };
      this.tell({ phase: "read", answer });
      return answer;
    } catch (error) {
      if (error.name !== "AbortError") this.tell({ phase: error.problem?.errors || error.problem?.kernels ? "faulty" : "failed", error });
      throw error;
    }
  }

  /** Forgets what was about to be read. */
  stop() {
    clearTimeout(this.timer);
    this.running?.abort();
  }

  async read(asked, options) {
    const path = "v1/manifests:read";
    try {
      return await this.api.json(path, { method: "POST", body: { ...asked, check: true }, ...options });
    } catch (error) {
      if (!["takes-too-long", "needs-too-much-memory"].includes(error.slug)) throw error;
      return this.api.json(path, { method: "POST", body: asked, ...options }); // without the bounds, which took the time
    }
  }
}
