import type { VolatilityDesk } from '../../risk/volatility/live/volatility-desk.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { inspectCommand } from '../inspect/inspect-command.ts';
import { pairs, table } from '../terminal.ts';

const FOLLOWER = 'market-data/volatility';
/** Of a fit, or of why it was refused; the rest is in the journal. */
const DETAIL_CHARACTERS_MAX = 160;

type VolatilityReport = ReturnType<VolatilityDesk['summary']>;

/** What is followed of each market, and the last calibrations. */
export const volatilityCommand: DaemonCommand = inspectCommand({
  name: 'volatility',
  usage: '',
  summary: 'volatility of each market as it is followed, and its last calibrations',
  examples: ['volatility', 'volatility --json'],
  run(desk) {
    const state = desk.actorState(FOLLOWER) as Partial<VolatilityReport> | null;
    if (state?.history === undefined) {
      const why = 'is not followed: section `volatility` asks for it, `actors` says what is down';
      return failed(EXIT.failed, `volatility ${why}`);
    }
    return done(state);
  },
  show(data) {
    const { markets, history, adopted, refused, correlation } = data as VolatilityReport;
    return [
      pairs([
        ['fits adopted', adopted],
        ['fits refused', refused],
        ['correlations', correlation],
      ]),
      table(
        ['market', 'a year', 'calibration', 'returns', 'surprise', 'jumps'],
        Object.entries(markets).map(([name, market]) => [
          name,
          percent(market?.annualVolatility ?? null),
          market?.calibration ?? null,
          market?.known ?? null,
          market?.surprise?.toFixed(2) ?? null,
          market?.jumps ?? null,
        ]),
      ),
      table(
        ['at', 'of', 'verdict', 'returns', 'detail'],
        history.map(({ atMs, of, verdict, observations, detail }) => [
          new Date(atMs).toISOString(),
          of,
          verdict,
          observations,
          detail.slice(0, DETAIL_CHARACTERS_MAX),
        ]),
      ),
      'all of them: `flyball audit search --kind volatility-calibrated`',
    ].join('\n\n');
  },
});

function percent(share: number | null): string | null {
  return share === null ? null : `${(share * 100).toFixed(1)} %`;
}
