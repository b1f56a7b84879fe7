// The scanner's folder on this computer: every new file is sent once and moved to `da-gui`; nothing is lost on the way.
// A browser that cannot open folders (File System Access API) shows no button; `vault watch` does the same on a server.

const DONE = "da-gui";
const REFUSED = "khong-nhan";
const PAUSE_MS = 2000;
const ENDING = /\.(pdf|jpe?g|png|tiff?)$/i;
const seen = new Map();

/** Files that did not change since the last look: a scanner may still be writing the others. */
async function settled(folder) {
  const found = [];
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind !== "file" || name.startsWith(".") || !ENDING.test(name)) continue;
    const file = await handle.getFile().catch(() => null);
    if (!file?.size) continue;
    const mark = `${file.size} ${file.lastModified}`;
    if (seen.get(name) === mark) found.push({ name, file });
    seen.set(name, mark);
  }
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

/** Copy first, compare the size, then remove: at every moment the file stands in at least one of the two folders. */
async function move(folder, name, file, into) {
  const target = await folder.getDirectoryHandle(into, { create: true });
  const free = await freeName(target, name);
  const copy = await target.getFileHandle(free, { create: true });
  const stream = await copy.createWritable();
  await stream.write(await file.arrayBuffer());
  await stream.close();
  if ((await copy.getFile()).size !== file.size) throw new Error("copy");
  await folder.removeEntry(name);
  seen.delete(name);
}

async function freeName(folder, name) {
  const dot = name.lastIndexOf(".");
  for (let number = 0; ; number += 1) {
    const tried = number ? `${name.slice(0, dot)}-${number}${name.slice(dot)}` : name;
    const taken = await folder.getFileHandle(tried).then(() => true, () => false);
    if (!taken) return tried;
  }
}

/**
 * Watch `folder`; `take(file)` sends one and says what became of it: "SENT", "REFUSED" (it will never be taken) or
 * "LATER" (no network: it stays where it is and is tried again).
 */
export async function watchFolder(folder, take) {
  for (;;) {
    for (const { name, file } of await settled(folder).catch(() => [])) {
      const became = await take(file);
      if (became !== "LATER") await move(folder, name, file, became === "SENT" ? DONE : REFUSED).catch(() => seen.delete(name));
    }
    await new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });
  }
}
