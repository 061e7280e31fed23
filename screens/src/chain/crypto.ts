import { hashes, verify } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

const utf8 = new TextEncoder();
// Browsers give WebCrypto to https and to this machine's own address only: on plain http in a hall there is none.
const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
let ed25519InBrowser = subtle !== undefined;

const hex = (bytes: Uint8Array): string => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

function bytes(text: string): Uint8Array<ArrayBuffer> {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Error("not lower-case hex");
  return Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
}

/** Without WebCrypto. */
export const plain = {
  digest: (text: string): string => hex(sha256(utf8.encode(text))),
  signed(text: string, signature: string, publicKey: string): boolean {
    hashes.sha512 = sha512;
    return verify(bytes(signature), utf8.encode(text), bytes(publicKey));
  },
};

/** Lower-case hex SHA-256 of the text's UTF-8. */
export async function digest(text: string): Promise<string> {
  return subtle ? hex(new Uint8Array(await subtle.digest("SHA-256", utf8.encode(text)))) : plain.digest(text);
}

/** Whether the key signed just this text (Ed25519). */
export async function signed(text: string, signature: string, publicKey: string): Promise<boolean> {
  try {
    if (subtle && ed25519InBrowser) {
      try {
        const key = await subtle.importKey("raw", bytes(publicKey), "Ed25519", false, ["verify"]);
        return await subtle.verify("Ed25519", key, bytes(signature), utf8.encode(text));
      } catch (error) {
        if (!(error instanceof DOMException) || error.name !== "NotSupportedError") return false;
        ed25519InBrowser = false;
      }
    }
    return plain.signed(text, signature, publicKey);
  } catch {
    return false;
  }
}
