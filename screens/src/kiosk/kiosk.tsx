import { useEffect, useErrorBoundary } from "preact/hooks";
import { Link } from "../api/link.ts";
import { DisplayUpdated } from "../api/operations.ts";
import { display, pair, shows, stillGood, token } from "./device.ts";
import { PairingScreen } from "./pairing.tsx";
import { heardOf } from "./reports.ts";
import { rotate } from "./rotation.ts";
import { Stage } from "./stage.tsx";
import { startOver } from "./upkeep.ts";

const ASKED_AGAIN = 10_000; // milliseconds

/** Nobody's screen shows a code; a paired one its scenes. */
export function Kiosk() {
  const [failed] = useErrorBoundary(startOver);
  if (failed) return <main class="stage" />;
  return token.value === null ? <Unpaired /> : <Paired />;
}

function Unpaired() {
  useEffect(() => void pair(), []);
  return <PairingScreen />;
}

const link = new Link(() => token.peek(), stillGood);

function Paired() {
  useEffect(() => {
    let stopFollowing = (): void => undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const follow = (): void => {
      stopFollowing = link.follow(DisplayUpdated, {}, {
        next: (data) => {
          if (data.displayUpdated.version !== display.peek()?.version) shows(data.displayUpdated);
          heardOf(data.displayUpdated);
        },
        ended: () => void stillGood().then((good) => good && (again = setTimeout(follow, ASKED_AGAIN))),
      });
    };
    follow();
    const stopRotating = rotate(link);
    return () => {
      clearTimeout(again);
      stopRotating();
      stopFollowing();
    };
  }, []);
  return <Stage link={link} />;
}
