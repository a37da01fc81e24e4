/**
 * Matches a walk beside the page. Messages in: {type: "open", parts, mode} once, then
 * {type: "add", n, fixes}; out, for each add: {type: "so_far", n, soFar, milliseconds} or
 * {type: "failed", n, message}.
 */

import { LiveWalk } from "./live_walk.js";
import { WalkingNetwork } from "./walking_network.js";

let walk = null;

self.addEventListener("message", ({ data }) => {
  if (data.type === "open") {
    walk = new LiveWalk(new WalkingNetwork(data.parts), { mode: data.mode });
    return;
  }
  const { n } = data;
  try {
    const began = performance.now();
    walk.add(data.fixes);
    const soFar = walk.soFar();
    self.postMessage({ type: "so_far", n, soFar, milliseconds: performance.now() - began });
  } catch (error) {
    self.postMessage({ type: "failed", n, message: String(error?.stack ?? error) });
  }
});
