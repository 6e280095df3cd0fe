// Full names in cells: where there is no room, the path is cut and not the name.

import { h } from "../dom.js";

export function parted(name) {
  const at = name.split("#")[0].lastIndexOf("/") + 1;
  return [at ? h("span.path", {}, name.slice(0, at)) : null, h("span.short", {}, name.slice(at))];
}
