/**
 * Why a record log cannot be used. `full` and `io` come from the system, `corrupt` from what the
 * files hold. None of them is retried: what the medium has after a failure is not known.
 */
export type LogFault =
  | {
      readonly kind: 'full' | 'io';
      /** File or folder concerned. */
      readonly file: string;
      /** What was being done, as in `writing`. */
      readonly doing: string;
      /** The system's own words. */
      readonly detail: string;
    }
  | {
      readonly kind: 'corrupt';
      readonly file: string;
      readonly offset: number;
      readonly found: string;
      /** What would be right, and what a person can do. */
      readonly remedy: string;
    };

/** One sentence for a person. */
export function logFaultText(fault: LogFault): string {
  if (fault.kind === 'corrupt') {
    return `${fault.file} at byte ${fault.offset}: ${fault.found}; ${fault.remedy}`;
  }
  const why = fault.kind === 'full' ? 'no space is left on the medium' : fault.detail;
  return `${fault.file}: ${fault.doing} failed: ${why}`;
}

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT']);

/**
 * The fault of a system call that threw.
 *
 * @throws what was thrown when it is not a system error (one with a `code`): that is a bug
 */
export function systemFault(thrown: unknown, file: string, doing: string): LogFault {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (typeof code !== 'string' || code.startsWith('ERR_')) throw thrown;
  const detail = (thrown as Error).message;
  return { kind: NO_SPACE.has(code) ? 'full' : 'io', file, doing, detail };
}

/** A fault found where only an exception can pass: in the middle of an iteration. */
export class LogReadError extends Error {
  override readonly name = 'LogReadError';
  readonly fault: LogFault;

  constructor(fault: LogFault) {
    super(logFaultText(fault));
    this.fault = fault;
  }
}
