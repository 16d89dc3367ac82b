import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | null = null;

/** Collects all garbage, in a turn in which nothing of the caller's is in hand. */
export async function collect(): Promise<void> {
  if (gc === null) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  await new Promise((resolve) => setImmediate(resolve));
  gc();
}

/** Which of these objects somebody still holds, after all garbage was collected. */
export async function heldOf(refs: readonly WeakRef<object>[]): Promise<number> {
  await collect();
  return refs.filter((ref) => ref.deref() !== undefined).length;
}
