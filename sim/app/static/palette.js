// Colours of the ground, readable by colour-blind people: cividis for levels, blue to orange for differences. Each
// table turns a byte of a frame into a pixel; 255, no value, is transparent.

const CIVIDIS = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115],
  [138, 134, 120], [165, 156, 116], [195, 179, 105], [225, 204, 85], [254, 232, 56],
];
const LESS_TO_MORE = [
  [0, 68, 130], [0, 114, 178], [86, 180, 233], [190, 222, 240], [242, 242, 242],
  [250, 220, 180], [240, 165, 60], [213, 94, 0], [140, 55, 0],
];

// What is low, or hardly differs, fades into the paper, so that shops and people stand out in light and dark.
function table(stops, strength) {
  const pixels = new Uint32Array(256);
  for (let value = 0; value < 255; value++) {
    const at = (value / 254) * (stops.length - 1);
    const below = Math.min(stops.length - 2, Math.floor(at));
    const [r, g, b] = stops[below].map((c, k) => Math.round(c + (stops[below + 1][k] - c) * (at - below)));
    const alpha = Math.round(255 * strength(value / 254));
    pixels[value] = ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;
  }
  return pixels;
}

export const LEVELS = table(CIVIDIS, (share) => 0.12 + 0.58 * share);
export const DIFFERENCES = table(LESS_TO_MORE, (share) => Math.min(0.85, 2 * Math.abs(share - 0.5)));

// Okabe and Ito's colours. Shops are squares by sector, dark when vacant; projects circles by stage.
export const SECTORS = ["#e69f00", "#cc79a7", "#d55e00"];
export const STAGES = ["", "#f0e442", "#f0e442", "#56b4e9", "#009e73", "#8a8f94"];
export const PLACE = "#0072b2";
