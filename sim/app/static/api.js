// Requests to the server. A refusal throws an Error with its status, the server's one sentence, the settings that
// it names and, where some went too far, how far they can go; status 0 means that nobody answered.

async function ask(method, path, body) {
  const options = { method, headers: { "accept-language": document.documentElement.lang } };
  if (body instanceof Blob) options.body = body; // with its own type
  else if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options).catch((error) => {
    throw Object.assign(error, { status: 0 });
  });
  if (answer.ok) return answer;
  const reply = await answer.json().catch(() => ({}));
  const said = { status: answer.status, settings: reply.settings ?? [], possible: reply.possible ?? [] };
  throw Object.assign(new Error(reply.error || `${answer.status} ${answer.statusText}`), said);
}

const json = async (...call) => (await ask(...call)).json();

export const options = () => json("GET", "/api/options");
export const begin = (asked) => json("POST", "/api/sessions", asked);
export const change = (session, asked) => json("PUT", `/api/sessions/${session}`, asked);
export const end = (session) => fetch(`/api/sessions/${session}`, { method: "DELETE", keepalive: true });
export const cell = (session, row, column) =>
  json("GET", `/api/sessions/${session}/cell?row=${row}&column=${column}`);
export const ends = (session, parameter) => json("GET", `/api/sessions/${session}/ends?parameter=${parameter}`);
export const words = (session, language) =>
  json("GET", `/api/sessions/${session}/words?lang=${language}`);
export const command = (session) => json("GET", `/api/sessions/${session}/command`);
export const replicate = (session) => json("POST", `/api/sessions/${session}/replications`, {});
export const replications = (session, language, known) =>
  json("GET", `/api/sessions/${session}/replications?lang=${language}&known=${known}`);
export const beginReport = (session) => json("POST", `/api/sessions/${session}/report`, {});
export const report = (session, language) => json("GET", `/api/sessions/${session}/report?lang=${language}`);
export const explain = (session, measure, language) =>
  json("POST", `/api/sessions/${session}/why?lang=${language}`, { measure });
export const reasons = (session, language) => json("GET", `/api/sessions/${session}/why?lang=${language}`);
export const beginBoard = (session, budget) => json("POST", `/api/sessions/${session}/board`, { budget });
export const board = (session, language, known) =>
  json("GET", `/api/sessions/${session}/board?lang=${language}&known=${known}`);
export const stopBoard = (session) => ask("DELETE", `/api/sessions/${session}/board`);
export const scenes = (session, language) => json("GET", `/api/sessions/${session}/scenes?lang=${language}`);
export const stop = (session) => ask("DELETE", `/api/sessions/${session}/replications`);
export const address = (session, name) => `/api/sessions/${session}/${name}`;
export const file = async (session, name) => (await ask("GET", address(session, name))).blob();

export const life = (session, who, language) =>
  json("GET", `/api/sessions/${session}/life?${new URLSearchParams({ ...who, lang: language })}`);

// A line of JSON with names and sizes, then the files themselves; see sim/app/uploads.py.
export async function sendTown(said, files, uses) {
  const listed = files.map((file) => ({ name: file.name, size: file.size, use: uses.get(file) }));
  const head = JSON.stringify({ ...said, files: listed });
  const body = new Blob([head, "\n", ...files], { type: "application/octet-stream" });
  return (await ask("POST", "/api/towns", body)).json();
}
export const ownTown = (name) => json("GET", `/api/towns/${name}`);
export const placeOf = (name, row, column) => json("GET", `/api/towns/${name}/cells/${row}/${column}`);
export const forgetTown = (name) => fetch(`/api/towns/${name}`, { method: "DELETE" });

const GROUPS = ["shops", "places", "offices", "projects", "visitors", "young"];

// Shops, places, projects and people in the layout of sim/app/town.py.
export async function town(session) {
  const buffer = await (await ask("GET", `/api/sessions/${session}/town`)).arrayBuffer();
  const data = new DataView(buffer);
  const [month, everyShop, everyYoung] = [4, 8, 12].map((at) => data.getUint32(at, true));
  let at = 16;
  const take = (kind, n) => {
    const values = new kind(buffer, at, n);
    at += values.byteLength;
    return values;
  };
  const group = () => {
    const [n] = take(Uint32Array, 1);
    const found = { n, id: take(Uint32Array, n), row: take(Uint16Array, n), column: take(Uint16Array, n), state: take(Uint8Array, n), detail: take(Uint8Array, n) };
    at += (4 - (at % 4)) % 4;
    return found;
  };
  const territory = () => Object.fromEntries(GROUPS.map((name) => [name, group()]));
  return { month, everyShop, everyYoung, sides: [territory(), territory()] };
}

// Streets, water and names in the layout of sim/app/ground.py; parts by kind.
export async function ground(session) {
  const buffer = await (await ask("GET", `/api/sessions/${session}/ground`)).arrayBuffer();
  const [n, points, unit, bytes] = new Uint32Array(buffer, 4, 4);
  const after = 20 + 4 * (n + 1);
  const kind = new Uint8Array(buffer, after + 8 * points, n);
  const { kinds, names } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, after + 8 * points + n, bytes)));
  const parts = new Map(kinds.map((name) => [name, []]));
  kind.forEach((one, part) => parts.get(kinds[one]).push(part));
  return { unit, names, parts, first: new Uint32Array(buffer, 20, n + 1), points: new Uint32Array(buffer, after, 2 * points) };
}

// A frame in the layout of sim/app/frames.py.
export async function frame(session, asked) {
  const buffer = await (await ask("POST", `/api/sessions/${session}/frame`, asked)).arrayBuffer();
  const head = new DataView(buffer);
  const [month, rows, columns] = [head.getUint32(4, true), head.getUint16(8, true), head.getUint16(10, true)];
  const [first, months, charts] = [12, 16, 20].map((at) => head.getUint32(at, true));
  const size = months * charts;
  const measures = new Float32Array(buffer, 24, 2 * size);
  const maps = [0, 1, 2].map((k) => new Uint8Array(buffer, 24 + 8 * size + k * rows * columns, rows * columns));
  return {
    month, rows, columns, first, months, charts, maps,
    measures: [measures.subarray(0, size), measures.subarray(size)],
  };
}
