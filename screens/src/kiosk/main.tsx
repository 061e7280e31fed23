import { mount } from "../page/mount.ts";
import "../style/kiosk.css";
import { begin } from "./device.ts";
import { Kiosk } from "./kiosk.tsx";
import { own } from "./own.ts";
import { takeSeat } from "./seat.ts";
import { keepShell, renewWhenNewer, stayAwake } from "./upkeep.ts";

const root = document.getElementById("app");
if (root) {
  void takeSeat().then((seat) => {
    own.sit(seat);
    begin();
    mount(<Kiosk />, root);
  });
}
keepShell();
stayAwake();
renewWhenNewer();
