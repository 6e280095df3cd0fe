// Where the API key is kept: in this tab, or in this browser if the user wants that.

const NAME = "warpack-key";

export function storedKey() {
  try {
    return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
  } catch {
    return null; // storage is switched off
  }
}

/** Keeps the key. `lasting`: beyond this tab. Returns whether that worked. */
export function keepKey(key, lasting) {
  try {
    forgetKey();
    (lasting ? localStorage : sessionStorage).setItem(NAME, key);
    return true;
  } catch {
    return false;
  }
}

export function forgetKey() {
  try {
    sessionStorage.removeItem(NAME);
    localStorage.removeItem(NAME);
  } catch {
    // nothing was kept
  }
}
