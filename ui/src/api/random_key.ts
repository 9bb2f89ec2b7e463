const KEY_RANDOM_BYTES = 16;

/** A key that nobody else has. `crypto.randomUUID` is there only on pages that came by TLS or from this machine. */
export const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(KEY_RANDOM_BYTES)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
