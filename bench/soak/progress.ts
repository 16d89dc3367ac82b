/** Tells how far a run is. @param share done, 0 … 1 */
export type Progress = (share: number, what: string) => void;

/** Lines on stderr, at most one a second and one at the end. */
export function progressOf(nowMs: () => number): Progress {
  const startedMs = nowMs();
  let toldMs = Number.NEGATIVE_INFINITY;
  return (share, what) => {
    const atMs = nowMs();
    if (share < 1 && atMs - toldMs < 1_000) return;
    toldMs = atMs;
    const seconds = ((atMs - startedMs) / 1e3).toFixed(0);
    process.stderr.write(`${(share * 100).toFixed(0)} % after ${seconds} s: ${what}\n`);
  };
}
