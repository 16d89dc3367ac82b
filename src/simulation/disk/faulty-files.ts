import type { Files, OpenFile } from '../../core/env.ts';

export type FileOperation = 'open' | 'write' | 'read' | 'sync' | 'rename' | 'syncFolder';

/** Files of which the test decides when an operation fails, and with which error of the system. */
export interface FaultyFiles extends Files {
  /** The operation fails from its `after`-th use on, counted from this call. */
  fail(operation: FileOperation, code: 'EIO' | 'ENOSPC', after?: number): void;
  heal(): void;
  /** How often an operation was asked for. */
  readonly count: (operation: FileOperation) => number;
}

export function faultyFiles(inner: Files): FaultyFiles {
  const counts = new Map<FileOperation, number>();
  let plan: { operation: FileOperation; code: string; left: number } | null = null;
  const meet = (operation: FileOperation): void => {
    counts.set(operation, (counts.get(operation) ?? 0) + 1);
    if (plan?.operation !== operation) return;
    if (plan.left > 0) plan.left -= 1;
    else
      throw Object.assign(new Error(`${plan.code}: injected, ${operation}`), { code: plan.code });
  };
  const wrapped = (file: OpenFile): OpenFile => ({
    ...file,
    write(bytes, offset, length, position) {
      meet('write');
      file.write(bytes, offset, length, position);
    },
    read(into, offset, length, position) {
      meet('read');
      return file.read(into, offset, length, position);
    },
    sync() {
      meet('sync');
      file.sync();
    },
  });
  return {
    ...inner,
    open(path, mode) {
      meet('open');
      return wrapped(inner.open(path, mode));
    },
    rename(from, to) {
      meet('rename');
      inner.rename(from, to);
    },
    syncFolder(path) {
      meet('syncFolder');
      inner.syncFolder(path);
    },
    fail(operation, code, after = 0) {
      plan = { operation, code, left: after };
    },
    heal() {
      plan = null;
    },
    count: (operation) => counts.get(operation) ?? 0,
  };
}
