import type { DeskStatus } from '../../../src/commands/desk.ts';
import type { Terminal } from '../../../src/commands/terminal.ts';

/** A desk that trades and has not yet been filled. */
export function aStatus(parts: Partial<DeskStatus> = {}): DeskStatus {
  return {
    mode: 'full-auto',
    requested: 'full-auto',
    faults: [],
    gate: [],
    cooldownMs: 0,
    latch: null,
    riskScale: 1,
    raised: [],
    version: '1.2.3',
    pid: 1,
    uptimeSeconds: 10,
    bid: '60000.00',
    ask: '60001.00',
    symbol: 'BTCUSDT',
    position: '0.00100',
    markets: [
      {
        ...{ venue: 'binance', symbol: 'BTCUSDT', position: '0.00100' },
        ...{ bid: '60000.00', ask: '60001.00' },
      },
    ],
    pnl: '1.23456789',
    fees: '0.10000000',
    orders: 5,
    fills: 0,
    rejects: 0,
    refusals: {},
    restarts: 0,
    gaps: 0,
    crossed: 0,
    latencyP99Us: null,
    submissionP99Us: null,
    journalSequence: 9,
    ...parts,
  };
}

/** A terminal that keeps what is written to it. */
export function aTerminal(parts: Partial<Terminal> = {}): Terminal & {
  readonly written: string[];
} {
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  const plain = { isInteractive: false, hasColour: false, columns: 80 };
  return { out: write, err: write, ...plain, ...parts, written };
}
