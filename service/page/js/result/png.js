// A picture as PNG, drawn by the browser from the SVG.

const SCALE = 2;
const MOST_PIXELS = 16_000;

/** The PNG of an SVG text. Throws Error with a sentence. */
export async function pictureOf(svg) {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(SCALE, MOST_PIXELS / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    if (!blob) throw new Error("This browser cannot make a PNG of the picture. The SVG has the same content.");
    return blob;
  } catch (error) {
    if (error.name !== "EncodingError") throw error;
    throw new Error("This browser cannot draw the picture. The SVG has the same content.");
  } finally {
    URL.revokeObjectURL(address);
  }
}
