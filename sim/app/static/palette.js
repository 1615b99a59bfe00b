// Colours of maps, readable by colour-blind people: cividis for levels, blue to orange for differences. Each
// table turns a byte of a frame into a pixel; 255, no value, is transparent.

const CIVIDIS = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115],
  [138, 134, 120], [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56],
];
const LESS_TO_MORE = [
  [0, 68, 130], [0, 114, 178], [86, 180, 233], [190, 222, 240], [242, 242, 242],
  [250, 220, 180], [240, 165, 60], [213, 94, 0], [140, 55, 0],
];

function table(stops) {
  const pixels = new Uint32Array(256);
  for (let value = 0; value < 255; value++) {
    const at = (value / 254) * (stops.length - 1);
    const below = Math.min(stops.length - 2, Math.floor(at));
    const [r, g, b] = stops[below].map((c, k) => Math.round(c + (stops[below + 1][k] - c) * (at - below)));
    pixels[value] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  }
  return pixels;
}

export const LEVELS = table(CIVIDIS);
export const DIFFERENCES = table(LESS_TO_MORE);
