import type { Timers } from '../../core/env.ts';
import { reasonOf } from '../../core/result.ts';
import type { Host } from './host.ts';

/** `warn`: the desk runs, with less than it could have. `fail`: it does not, or is not safe. */
export type Status = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly status: Status;
  readonly found: string;
  /** What would be right; null when it is. */
  readonly wanted: string | null;
  /** What was measured, for programs. */
  readonly figures?: Readonly<Record<string, number>>;
}

export interface Check {
  readonly name: string;
  examine(host: Host): Finding | Promise<Finding>;
}

export type Row = Finding & { readonly check: string };

/** A check that takes longer has failed, and the next one begins. */
export const CHECK_MS_MAX = 5_000;

export const good = (found: string): Finding => ({ status: 'ok', found, wanted: null });
export const weak = (found: string, wanted: string): Finding => ({ status: 'warn', found, wanted });
export const bad = (found: string, wanted: string): Finding => ({ status: 'fail', found, wanted });

/** Runs the checks one after the other, so that none disturbs what another one measures. */
export async function examineAll(
  checks: readonly Check[],
  host: Host,
  told: (row: Row) => void,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const check of checks) {
    const row = { check: check.name, ...(await inTime(check, host)) };
    told(row);
    rows.push(row);
  }
  return rows;
}

function inTime(check: Check, host: Host): Promise<Finding> {
  const late = bad(`no answer within ${CHECK_MS_MAX} ms`, 'an answer within that time');
  return Promise.race([examined(check, host), after(host.env.timers, late)]);
}

async function examined(check: Check, host: Host): Promise<Finding> {
  try {
    return await check.examine(host);
  } catch (thrown) {
    return bad(reasonOf(thrown), 'a machine that lets itself be asked');
  }
}

function after(timers: Timers, finding: Finding): Promise<Finding> {
  return new Promise((resolve) => void timers.after(CHECK_MS_MAX, () => resolve(finding)));
}
