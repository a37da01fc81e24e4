// Waiting for the automatic split that a division is to be compared with: a job of the server.

/** Milliseconds between two questions how far it is. */
const EVERY = 1000;

/** @typedef {{state: string, progress: number, sentence: string}} Told percent; why it failed */

/**
 * Have a division's community split and wait until that is over.
 *
 * @param {number} id of the division
 * @param {object} by
 * @param {(path: string, content?: object) => Promise<Told>} by.get
 * @param {(path: string, content?: object) => Promise<Told>} by.post
 * @param {(told: Told) => boolean} by.tell takes how far it is; false: nobody waits any more
 * @param {() => Promise<void>} [by.pause] between two questions
 * @returns {Promise<boolean>} whether the split is there
 */
export async function splitMade(id, { get, post, tell, pause = rest }) {
  const path = `divisions/${id}/automatic/`;
  let told = await post(path, {});
  while (tell(told) && ["waiting", "running"].includes(told.state)) {
    await pause();
    told = await get(path);
  }
  return told.state === "done";
}

const rest = () => new Promise((done) => setTimeout(done, EVERY));
