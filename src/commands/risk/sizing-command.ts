import type { SizingRow, SizingSummary } from '../../risk/sizing/sizing-desk.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import type { Desk } from '../desk.ts';
import { inspectCommand } from '../inspect/inspect-command.ts';
import { pairs, table } from '../terminal.ts';

const SIZING = 'trading/sizing';

/** How large each position may become and why; null while nobody works it out. */
export function sizingOf(desk: Pick<Desk, 'actorState'>): SizingSummary | null {
  const state = desk.actorState(SIZING) as Partial<SizingSummary> | null;
  return state?.rows === undefined ? null : (state as SizingSummary);
}

const sizing = inspectCommand({
  name: 'sizing',
  usage: '',
  summary: 'how large each position may become: edge, Kelly size, what every cap leaves, lots',
  examples: ['sizing', 'sizing --json'],
  run(desk) {
    const summary = sizingOf(desk);
    if (summary === null)
      return failed(EXIT.failed, `sizing: ${SIZING} is down; \`actors\` says why`);
    return done(summary);
  },
  show(data) {
    const { isEnabled, equity, ageMs, fault, rows } = data as SizingSummary;
    return [
      pairs([
        ['sizes', isEnabled ? 'worked out' : 'lifted by sizing.enabled'],
        ['equity', equity === null ? null : equity.toFixed(2)],
        ['age', ageMs === null ? null : `${(ageMs / 1_000).toFixed(1)} s`],
        ['fault', fault ?? 'none'],
      ]),
      table(
        ['venue', 'symbol', 'regime', 'edge a day', 'proven', 'f*', ...CAPS, 'size', 'at risk'],
        rows.map(capsRow),
      ),
      table(
        ['venue', 'symbol', 'bound by', 'position lots', 'order lots'],
        rows.map((row) => [row.venue, row.symbol, row.rule, row.positionLots, row.orderLots]),
      ),
    ].join('\n\n');
  },
});

export const SIZING_COMMANDS: readonly DaemonCommand[] = [sizing];

/** In the order in which they are tried. */
const CAPS = [
  'volatility-target',
  'value-at-risk-95',
  'value-at-risk-99',
  'liquidity',
  'symbol',
] as const;
const MINUTES_A_DAY = 1_440;

/** Shares of equity, as percentages. */
function capsRow({ venue, symbol, regime, edge, allocation }: SizingRow): (string | null)[] {
  const measured = [share(edge.mean * MINUTES_A_DAY), share(edge.share)];
  const sized =
    allocation === null
      ? [null, ...CAPS.map(() => null), null, null]
      : [
          share(allocation.kelly),
          ...CAPS.map((cap) => share(allocation.caps[cap])),
          share(allocation.notional),
          share(allocation.atRisk),
        ];
  return [venue, symbol, regime, ...measured, ...sized];
}

function share(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}
