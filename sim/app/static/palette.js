// Colours of the ground, the same as in reports, and of what stands on it.

// A table turns a byte of a frame into a pixel; 255, no value, is transparent.
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

// What is low, or hardly differs, fades into the paper, so that shops and people stand out in light and dark; where
// nothing is counted nothing is painted. On dark paper levels run from dark to light.
export const levels = ({ colours, is_share: isShare }, isDark) =>
  table(isDark ? colours.toReversed() : colours, (share) => (share || isShare ? 0.25 + 0.5 * share : 0));
export const differences = (stops) => table(stops, (share) => Math.min(0.85, 2 * Math.abs(share - 0.5)));

// Okabe and Ito's colours. Shops are squares by sector, dark when vacant; projects circles by stage.
export const SECTORS = ["#e69f00", "#cc79a7", "#d55e00"];
export const STAGES = ["", "#f0e442", "#f0e442", "#56b4e9", "#009e73", "#8a8f94"];
export const PLACE = "#0072b2";
