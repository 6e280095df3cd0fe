// The page from its start.

import { readPlace } from "./link/place.js";

const place = readPlace();
if (place.embed) {
  const { embedded } = await import("./embed.js");
  await embedded(place);
} else {
  const { Page } = await import("./page.js");
  await new Page().start(place);
}
