import type { Log } from '../../../src/ops/log.ts';

/** A log that keeps its lines as `level actor kind fields`, and the level that was set last. */
export function aLog(): { readonly log: Log; readonly lines: string[]; level(): string } {
  const lines: string[] = [];
  let level = 'info';
  const write = (at: string, actor: string, kind: string, fields: object = {}): void => {
    lines.push(`${at} ${actor} ${kind} ${JSON.stringify(fields)}`);
  };
  const log = Object.assign(write, {
    setLevel(next: string) {
      level = next;
    },
  });
  return { log, lines, level: () => level };
}
