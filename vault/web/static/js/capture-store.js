// What was photographed on this phone and not yet sent, in IndexedDB: nothing is lost when the page closes. Used by the
// page and by the service worker, which sends when the network is back.

const NAME = "kho-so-camera";
const OWNER = "owner";

function wait(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function use(names, mode, act) {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("pages", { keyPath: "id", autoIncrement: true });
    opening.result.createObjectStore("papers", { keyPath: "key" });
    opening.result.createObjectStore("words");
  };
  const database = await wait(opening);
  try {
    const transaction = database.transaction(names, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const found = await act(...names.map((name) => transaction.objectStore(name)));
    await done;
    return found;
  } finally {
    database.close();
  }
}

/**
 * The pages of the paper that is being photographed by whoever used this phone last: `{ id, owner, blob, advice }`, in
 * their order. Pages of others are not shown to them.
 */
export function pages() {
  return use(["pages", "words"], "readonly", async (rows, words) => {
    const mine = (await wait(words.get(OWNER))) ?? null;
    return (await wait(rows.getAll())).filter((one) => one.owner === null || one.owner === mine);
  });
}

/** Keep one more page; gives its id. */
export function addPage(page) {
  return use(["pages", "words"], "readwrite", async (rows, words) => {
    return wait(rows.add({ ...page, owner: (await wait(words.get(OWNER))) ?? null }));
  });
}

/** Throw one page away. */
export const dropPage = (id) => use(["pages"], "readwrite", (rows) => wait(rows.delete(id)));

/**
 * The pages with these ids became one paper: in one transaction, so that neither a page is lost nor one is sent twice.
 * `paper` is `{ key, owner, name, bytes, count, at, state }` with `state` WAITING or REFUSED.
 */
export function finish(paper, ids) {
  return use(["pages", "papers"], "readwrite", async (rows, papers) => {
    await wait(papers.add(paper));
    for (const id of ids) await wait(rows.delete(id));
  });
}

/** Papers not yet sent, oldest first. */
export async function papers() {
  const all = await use(["papers"], "readonly", (rows) => wait(rows.getAll()));
  return all.sort((one, other) => one.at - other.at);
}

export const keepPaper = (paper) => use(["papers"], "readwrite", (rows) => wait(rows.put(paper)));
export const dropPaper = (key) => use(["papers"], "readwrite", (rows) => wait(rows.delete(key)));

/** Who used this phone last, as an opaque mark of their account: what one photographed, another must not send. */
export const owner = () => use(["words"], "readonly", async (rows) => (await wait(rows.get(OWNER))) ?? null);
export const setOwner = (mark) => use(["words"], "readwrite", (rows) => wait(rows.put(mark, OWNER)));
