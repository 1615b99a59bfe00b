// What people take away: a link, a table, a picture and the report.

import * as api from "./api.js";
import { say } from "./language.js";
import * as replications from "./replications.js";
import * as town from "./town.js";

const element = (id) => document.getElementById(id);

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(blob) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Shows how to get the same by the command line and in Python.
export async function commands(session) {
  const found = await api.command(session);
  for (const name of ["command", "compare", "python"]) element(name).textContent = found[name];
}

// Opens the browser's dialog for printing a document, which also saves it as a PDF.
function printOut(address) {
  document.getElementById("printed")?.remove();
  const frame = Object.assign(document.createElement("iframe"), {
    id: "printed", src: address, title: say("print"), inert: true,
  });
  frame.addEventListener("load", () => frame.contentWindow.print());
  document.body.append(frame);
}

// `present` says what is shown: its session, link, caption and the name of its picture.
export function listen(present) {
  const on = (id, make) => element(id).addEventListener("click", make);
  on("link", async () => {
    present.bookmark();
    const copied = navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    element("link-status").value = say((await copied) ? "copied" : "not_copied");
  });
  const exported = (id, make) => on(id, () => present.isShown() && present.next(make));
  exported("csv", async () => save(await api.file(present.session, "export.csv"), "essaim.csv"));
  exported("png", async () => save(await town.picture(present.caption()), present.picture()));
  const reported = (id, make) =>
    on(id, () => present.isShown() && replications.report().then(make).catch(present.complain));
  reported("report", async (name) => save(await api.file(present.session, name), "report.html"));
  reported("print", (name) => printOut(api.address(present.session, name)));
}
