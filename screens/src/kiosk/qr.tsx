import { useMemo } from "preact/hooks";
import { renderSVG } from "uqr";

/** Drawn here: a screen asks nobody for its pictures. */
export function Qr({ text, label }: { text: string; label: string }) {
  const picture = useMemo(() => {
    const drawn = renderSVG(text, { ecc: "M", border: 4, whiteColor: "#fff8ea", blackColor: "#2a0307" });
    return `data:image/svg+xml,${encodeURIComponent(drawn)}`;
  }, [text]);
  return <img class="qr" src={picture} alt={label} />;
}
