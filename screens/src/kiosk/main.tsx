import { mount } from "../page/mount.ts";
import "../style/kiosk.css";
import { Kiosk } from "./kiosk.tsx";
import { keepShell, renewWhenNewer, stayAwake } from "./upkeep.ts";

const root = document.getElementById("app");
if (root) mount(<Kiosk />, root);
keepShell();
stayAwake();
renewWhenNewer();
