import { render } from "preact";
import "../style/kiosk.css";
import "../style/ranks.css";
import "../style/scenes.css";
import { Kiosk } from "./kiosk.tsx";
import { keepShell, renewWhenNewer, stayAwake } from "./upkeep.ts";

const root = document.getElementById("app");
if (root) render(<Kiosk />, root);
keepShell();
stayAwake();
renewWhenNewer();
