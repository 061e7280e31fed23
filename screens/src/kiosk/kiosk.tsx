import { useEffect } from "preact/hooks";
import { Link } from "../api/link.ts";
import { DisplayUpdated } from "../api/operations.ts";
import { display, pair, shows, stillGood, token } from "./device.ts";
import { PairingScreen } from "./pairing.tsx";
import { rotate } from "./rotation.ts";
import { Stage } from "./stage.tsx";

/** Nobody's screen shows a code; a paired one its scenes. */
export function Kiosk() {
  return token.value === null ? <Unpaired /> : <Paired />;
}

function Unpaired() {
  useEffect(() => void pair(), []);
  return <PairingScreen />;
}

const link = new Link(() => token.peek(), stillGood);

function Paired() {
  useEffect(() => {
    const stopFollowing = link.follow(DisplayUpdated, {}, {
      next: (data) => {
        if (data.displayUpdated.version !== display.peek()?.version) shows(data.displayUpdated);
      },
      ended: () => void stillGood(),
    });
    const stopRotating = rotate(link);
    return () => {
      stopRotating();
      stopFollowing();
    };
  }, []);
  return <Stage link={link} />;
}
