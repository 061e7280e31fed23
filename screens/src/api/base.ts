/** Where this server is: its root, or the path below which a proxy serves it. Pages are at screens/, one level deep. */
export const base = new URL("../", location.href);
