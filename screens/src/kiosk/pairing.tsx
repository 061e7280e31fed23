import { kiosk } from "../words/kiosk.ts";
import { Times, age } from "../words/times.ts";
import { clock } from "./clock.ts";
import { pairing, trouble } from "./device.ts";
import { Qr } from "./qr.tsx";
import { Seal } from "./seal.tsx";

const times = new Times();

export function PairingScreen() {
  const shown = pairing.value;
  return (
    <main class="unpaired">
      <header class="brand">
        <Seal />
        <span class="product">{kiosk.product}</span>
        <time class="clock">{times.time(clock.value)}</time>
      </header>
      <section class="invitation">
        <h1>{kiosk.pairTitle}</h1>
        <p class="lead">{kiosk.pairLead}</p>
        {shown ? (
          <div class="offer">
            <Qr text={shown.approveUrl} label={shown.approveUrl} />
            <div class="spoken">
              <p class="label">{kiosk.pairCode}</p>
              <p class="code" aria-live="polite">
                <span>{shown.code.slice(0, 3)}</span>
                <span>{shown.code.slice(3)}</span>
              </p>
              <p class="label">{kiosk.pairAt}</p>
              <p class="address">{shown.approveUrl.replace(/^https?:\/\//, "").replace(/\?.*$/, "")}</p>
            </div>
          </div>
        ) : (
          <p class="asking">{kiosk.asking}…</p>
        )}
      </section>
      <footer class="foot">
        <span>{shown && kiosk.pairExpires(age(Date.parse(shown.expiresAt) - clock.value))}</span>
        {trouble.value && <span class="trouble">▲ {trouble.value}</span>}
      </footer>
    </main>
  );
}
