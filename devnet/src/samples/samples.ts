import { byHand } from "./by-hand.ts";
import { heartbeat } from "./heartbeat.ts";
import { quiet } from "./quiet.ts";
import type { Sample } from "./sample.ts";
import { transferAlert } from "./transfer-alert.ts";

/** All samples, in the order in which they are shown. */
export const SAMPLES: readonly Sample[] = [transferAlert, heartbeat, quiet, byHand];
