import type { DeskStatus } from '../../commands/desk.ts';
import { coloured, type Terminal } from '../../commands/terminal.ts';
import type { Timer, Timers } from '../../core/env.ts';
import type { Log, LogTarget } from '../../ops/log.ts';
import { whyNothingTraded } from '../summary.ts';

const TTY_MS = 500;
const LOG_MS = 10_000;
/** A desk that has not traded by then says why. */
const SILENT_AFTER_S = 60;
/** To the beginning of a line that is to be written over. */
export const CLEAR_LINE = '\r\u001b[2K';

/**
 * Shows how the desk is doing: one line that is written over on a terminal, one log line every ten
 * seconds elsewhere.
 */
export function showLive(parts: {
  readonly terminal: Terminal;
  readonly timers: Timers;
  readonly log: Log;
  readonly status: () => Promise<DeskStatus>;
}): () => void {
  const { terminal, timers, log } = parts;
  const everyMs = terminal.isInteractive ? TTY_MS : LOG_MS;
  let timer: Timer | null = null;
  let isEnded = false;
  const show = async (): Promise<void> => {
    try {
      const status = await parts.status();
      if (isEnded) return;
      if (terminal.isInteractive) terminal.out(CLEAR_LINE + liveLine(status, terminal));
      else log('info', 'desk', 'status', { line: liveLine(status, terminal) });
    } catch {
      // An actor that restarts right now has no status; the next line will.
    }
    if (!isEnded) arm();
  };
  const arm = (): void => {
    timer = timers.after(everyMs, () => void show());
  };
  arm();
  return () => {
    isEnded = true;
    timer?.cancel();
    if (terminal.isInteractive) terminal.out(CLEAR_LINE);
  };
}

/** Where the log of a run goes: to a person as text above the live line, else as JSON lines. */
export function logTarget(terminal: Terminal, isJson: boolean): LogTarget {
  if (!terminal.isInteractive) return isJson ? 'stderr' : 'stdout';
  return { text: (line) => terminal.err(`${CLEAR_LINE}${line}\n`) };
}

export function liveLine(status: DeskStatus, terminal: Terminal): string {
  const colour =
    status.mode === 'full-auto' ? 'green' : status.mode === 'emergency' ? 'red' : 'yellow';
  const line = [
    coloured(terminal, colour, status.mode),
    `${status.symbol} ${status.bid ?? '-'} / ${status.ask ?? '-'}`,
    `position ${status.position}`,
    `profit ${shortMoney(status.pnl)}`,
    `fills ${status.fills}`,
    `p99 ${status.latencyP99Us === null ? '-' : `${status.latencyP99Us} µs`}`,
  ].join('  ');
  const isSilent = status.fills === 0 && status.uptimeSeconds >= SILENT_AFTER_S;
  return isSilent ? `${line}  ${whyNothingTraded(status)}` : line;
}

function shortMoney(amount: string | null): string {
  return amount === null ? '-' : amount.slice(0, amount.indexOf('.') + 3);
}
