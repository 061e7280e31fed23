import { render } from "preact";
import "../style/kiosk.css";
import { Kiosk } from "./kiosk.tsx";
import { keepShell, renewWhenNewer, stayAwake } from "./upkeep.ts";

const root = document.getElementById("app");
if (root) render(<Kiosk />, root);
keepShell();
stayAwake();
renewWhenNewer();
