// Zoom and pan of a picture: wheel, drag, pinch and keys. One transform of the whole picture, so that the browser moves
// what it has drawn already.

const LARGEST = 40;
const STEP = 1.25;
const PAN = 60;

export class Zoom {
  /** `frame` clips, `content` moves. `onTap(event)` is told of a click that was no drag. */
  constructor(frame, content, { onTap = () => {}, onChange = () => {} } = {}) {
    Object.assign(this, { frame, content, onTap, onChange, x: 0, y: 0, scale: 1 });
    this.fingers = new Map();
    this.stopping = new AbortController();
    const on = (name, call, more = {}) => frame.addEventListener(name, call, { signal: this.stopping.signal, ...more });
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.fingers.delete(event.pointerId));
    on("keydown", (event) => this.#key(event));
    content.style.transformOrigin = "0 0";
  }

  destroy() {
    clearTimeout(this.resting);
    this.stopping.abort();
  }

  /** As wide as it is drawn, from its upper left corner. */
  reset() {
    this.set(0, 0, 1);
  }

  /** All of the picture at once. */
  fit() {
    this.set(0, 0, this.#least());
  }

  #least() {
    const { frame, content } = this;
    return Math.min(1, frame.clientWidth / (content.offsetWidth || 1), frame.clientHeight / (content.offsetHeight || 1));
  }

  /** Larger or smaller by a factor; the point of the frame `(x, y)` stays where it is. */
  by(factor, x = this.frame.clientWidth / 2, y = this.frame.clientHeight / 2) {
    const scale = Math.min(LARGEST, Math.max(this.#least(), this.scale * factor));
    const ratio = scale / this.scale;
    this.set(x - (x - this.x) * ratio, y - (y - this.y) * ratio, scale);
  }

  set(x, y, scale = this.scale) {
    const { clientWidth, clientHeight } = this.frame;
    const width = this.content.offsetWidth * scale;
    const height = this.content.offsetHeight * scale;
    this.scale = scale;
    this.x = Math.min(0, Math.max(Math.min(0, clientWidth - width), x));
    this.y = Math.min(0, Math.max(Math.min(0, clientHeight - height), y));
    this.content.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.#moving();
    this.frame.classList.toggle("is-zoomed", this.scale > 1);
    this.onChange(this);
  }

  /** Moves the frame so that an element of the picture is seen. */
  reveal(element) {
    const box = element.getBoundingClientRect();
    const frame = this.frame.getBoundingClientRect();
    const by = (low, high, from, to) => (low < from ? from - low + 20 : high > to ? to - high - 20 : 0);
    const dx = box.width > frame.width ? 0 : by(box.left, box.right, frame.left, frame.right);
    const dy = box.height > frame.height ? 0 : by(box.top, box.bottom, frame.top, frame.bottom);
    if (dx || dy) this.set(this.x + dx, this.y + dy);
  }

  /** While it moves, the browser keeps the picture as it was drawn; when it rests, it is drawn anew, and sharp. */
  #moving() {
    this.content.style.willChange = "transform";
    clearTimeout(this.resting);
    this.resting = setTimeout(() => (this.content.style.willChange = "auto"), 250);
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey && this.scale <= 1 && !this.frame.matches(":focus-within")) return;
    event.preventDefault();
    const box = this.frame.getBoundingClientRect();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.by(Math.exp(-event.deltaY * lines * 0.002), event.clientX - box.left, event.clientY - box.top);
  }

  #down(event) {
    if (event.button !== 0) return;
    this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.moved = this.fingers.size > 1 ? Infinity : 0;
  }

  #move(event) {
    const last = this.fingers.get(event.pointerId);
    if (!last) return;
    const [one, other] = [...this.fingers.values()];
    const apart = other && Math.hypot(one.x - other.x, one.y - other.y);
    const dx = event.clientX - last.x;
    const dy = event.clientY - last.y;
    last.x = event.clientX;
    last.y = event.clientY;
    this.moved += Math.abs(dx) + Math.abs(dy);
    if (other) {
      const box = this.frame.getBoundingClientRect();
      const now = Math.hypot(one.x - other.x, one.y - other.y);
      if (apart > 0) this.by(now / apart, (one.x + other.x) / 2 - box.left, (one.y + other.y) / 2 - box.top);
    } else if (this.moved > 4) {
      if (!this.frame.hasPointerCapture(event.pointerId)) this.frame.setPointerCapture(event.pointerId);
      this.set(this.x + dx, this.y + dy);
    }
  }

  #up(event) {
    if (this.fingers.delete(event.pointerId) && this.moved <= 4) this.onTap(event);
  }

  #key(event) {
    if (event.target !== this.frame || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      "+": () => this.by(STEP),
      "=": () => this.by(STEP),
      "-": () => this.by(1 / STEP),
      0: () => this.fit(),
      ArrowLeft: () => this.set(this.x + PAN, this.y),
      ArrowRight: () => this.set(this.x - PAN, this.y),
      ArrowUp: () => this.set(this.x, this.y + PAN),
      ArrowDown: () => this.set(this.x, this.y - PAN),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }
}
