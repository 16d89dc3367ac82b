import { type DestinationStream, pino } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Structured log. `kind` says what happened in kebab-case; fields never hold keys or frames. */
export interface Log {
  (level: LogLevel, actor: string, kind: string, fields?: Readonly<Record<string, unknown>>): void;
  setLevel(level: LogLevel): void;
}

/** Where lines go; text for a person's screen. */
export type LogTarget = 'stdout' | 'stderr' | { readonly text: (line: string) => void };

/**
 * JSON lines `{level, time, actor, kind, …}` on standard output or error, written synchronously so
 * that the last line before an exit is not lost; or the same as text.
 */
export function logTo(target: LogTarget, level: LogLevel): Log {
  const sink = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destinationOf(target),
  );
  const log = ((at, actor, kind, fields = {}) => sink[at]({ actor, kind, ...fields })) as Log;
  log.setLevel = (next) => {
    sink.level = next;
  };
  return log;
}

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const;

function destinationOf(target: LogTarget): DestinationStream {
  if (typeof target !== 'object') {
    return pino.destination({ dest: DESCRIPTORS[target], sync: true });
  }
  return { write: (json) => target.text(textOf(JSON.parse(json))) };
}

/** `10:35:31 warn trading/risk dead-letter detail=…`: the level only when it is worth a look. */
function textOf({ level, time, actor, kind, ...fields }: Record<string, unknown>): string {
  const clock = String(time).slice(11, 19);
  const shown = level === 'info' || level === 'debug' ? [] : [level];
  const rest = Object.entries(fields).map(([name, value]) => {
    return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return [clock, ...shown, actor, kind, ...rest].join(' ');
}

/** For runs whose only output is their result. */
export function silentLog(): Log {
  return Object.assign(() => {}, { setLevel: () => {} });
}
