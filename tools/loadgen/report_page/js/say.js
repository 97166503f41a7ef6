// What a screen reader is to say: the last of what comes within a moment, so that a held key does not flood it.

const QUIET_MS = 120;
let waiting = 0;

export function say(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => (document.getElementById("said").textContent = text), QUIET_MS);
}
