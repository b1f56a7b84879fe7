// Tokens that this verifier has accepted, in IndexedDB: each counts once, also after the page was opened again.

const NAME = "kho-so-verifier";
const USED = "used";

function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(USED);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

/** Use a token up; true for the first one to do so. `until` is in milliseconds: afterwards the token is over anyway. */
export async function useUp(tokenId, until) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const rows = database.transaction(USED, "readwrite").objectStore(USED);
      rows.openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        if (cursor.value < Date.now()) cursor.delete();
        cursor.continue();
      };
      // The key decides between two at once: adding what is there fails.
      const adding = rows.add(until, tokenId);
      adding.onsuccess = () => resolve(true);
      adding.onerror = (event) => {
        event.preventDefault();
        if (adding.error.name === "ConstraintError") resolve(false);
        else reject(adding.error);
      };
    });
  } finally {
    database.close();
  }
}
