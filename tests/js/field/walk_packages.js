// Matches walks on a package as the tablet does, for tests/sync/test_package_matching.py:
// reads {package, walks: [[{lon, lat, ms, accuracy}, …], …]}, writes what LiveWalk finds of each.
import { readFileSync } from "node:fs";
import { LiveWalk, networkOf } from "../../../map_static/static/map_static/js/field/matching/live_walk.js";
import { Ground } from "../../../map_static/static/map_static/js/field/packages.js";

const told = JSON.parse(readFileSync(0, "utf8"));
const network = networkOf(new Ground([told.package]));
const found = told.walks.map((fixes) => {
  const live = new LiveWalk(network, { mode: "foot" });
  for (let i = 0; i < fixes.length; i += 7) live.add(fixes.slice(i, i + 7));
  const { stretches, buildings } = live.soFar();
  return { stretches, buildings };
});
process.stdout.write(JSON.stringify(found));
