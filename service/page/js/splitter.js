// The line between manifest and layout: dragged with the mouse, or moved with the arrow keys.

const LEAST = 20;
const MOST = 80;
const STEP = 3;

export function movable(splitter, main) {
  const set = (percent) => {
    const share = Math.min(Math.max(percent, LEAST), MOST);
    main.style.setProperty("--share", `${share}%`);
    splitter.setAttribute("aria-valuenow", String(Math.round(share)));
  };
  splitter.setAttribute("aria-valuemin", String(LEAST));
  splitter.setAttribute("aria-valuemax", String(MOST));
  set(38);
  const now = () => Number(splitter.getAttribute("aria-valuenow"));
  splitter.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!step) return;
    event.preventDefault();
    set(now() + step);
  });
  splitter.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    splitter.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const box = main.getBoundingClientRect();
      set((100 * (moved.clientX - box.left)) / box.width);
    };
    splitter.addEventListener("pointermove", move);
    splitter.addEventListener("lostpointercapture", () => splitter.removeEventListener("pointermove", move), { once: true });
  });
}
