// Which part of the grid the canvas shows, and where in it a cell, a shop or a person lies.

let view = { top: 0, left: 0, rows: 1, columns: 1, scale: 1 };

// Shows the grid, or a part of it around a cell, on a canvas; the part keeps within the grid.
export function fit(canvas, { rows, columns }, zoom, [row, column]) {
  const shown = { rows: rows / zoom, columns: columns / zoom };
  const within = (middle, part, whole) => Math.max(0, Math.min(whole - part, middle + 0.5 - part / 2));
  view = {
    ...shown,
    top: within(row, shown.rows, rows),
    left: within(column, shown.columns, columns),
    scale: canvas.width / shown.columns,
  };
}

export const part = () => view;
export const x = (column) => (column - view.left) * view.scale;
export const y = (row) => (row - view.top) * view.scale;
export const cellAt = (px, py) => [Math.floor(py / view.scale + view.top), Math.floor(px / view.scale + view.left)];

// Neighbours of a cell lie side by side in it, each at a place of its own, which its number fixes.
export function home(row, column, id) {
  const mixed = Math.imul(id + 1, 2654435761) >>> 0;
  return [x(column + 0.08 + 0.84 * ((mixed & 1023) / 1023)), y(row + 0.08 + 0.84 * (((mixed >>> 10) & 1023) / 1023))];
}

// Shops of a cell stand in rows.
export function inRows(row, column, rank, number) {
  const side = Math.ceil(Math.sqrt(number));
  const at = (k) => (k + 0.5) / side;
  return [x(column + at(rank % side)), y(row + at(Math.floor(rank / side)))];
}

// Those who meet stand around, as the seeds of a sunflower.
export function around([px, py], rank, step) {
  const [angle, far] = [2.39996 * (rank + 1), step * Math.sqrt(rank + 4)];
  return [px + far * Math.cos(angle), py + far * Math.sin(angle)];
}
