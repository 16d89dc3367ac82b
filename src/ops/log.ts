import { pino } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Structured log. `kind` says what happened in kebab-case; fields never hold keys or frames. */
export interface Log {
  (level: LogLevel, actor: string, kind: string, fields?: Readonly<Record<string, unknown>>): void;
  setLevel(level: LogLevel): void;
}

/**
 * JSON lines `{level, ts, actor, kind, …}` on a file descriptor, written synchronously so that the
 * last line before an exit is not lost.
 */
export function logTo(descriptor: 1 | 2, level: LogLevel): Log {
  const sink = pino(
    {
      level,
      base: null,
      timestamp: () => pino.stdTimeFunctions.isoTime().replace('time', 'ts'),
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: descriptor, sync: true }),
  );
  const log = ((at, actor, kind, fields = {}) => sink[at]({ actor, kind, ...fields })) as Log;
  log.setLevel = (next) => {
    sink.level = next;
  };
  return log;
}

/** For runs whose only output is their result. */
export function silentLog(): Log {
  return Object.assign(() => {}, { setLevel: () => {} });
}
