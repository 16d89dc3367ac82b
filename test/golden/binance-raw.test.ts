/** One desk's worth of a raw recording of 2021: rules, snapshots and streams of four symbols. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../src/market/book.ts';
import { BboAgreement } from '../../src/market/quality/bbo-agreement.ts';
import { DepthSync } from '../../src/venues/binance/depth-sync.ts';
import { instrumentsIn } from '../../src/venues/binance/exchange-info.ts';
import { MarketDecoder } from '../../src/venues/binance/market-decoder.ts';
import { frameOf } from '../support/binance/frames.ts';
import { recording, recordings } from '../support/edge/recordings.ts';

const recordedTest = recordings === null ? test.skip : test;
const SYMBOLS = ['NKNUSDT', 'BLZETH', 'LRCBTC', 'RUNEEUR'];

interface Line {
  readonly seconds: number;
  /** Symbol of a REST reply, empty for frames of the stream. */
  readonly symbol: string;
  readonly body: string;
}

/** Lines `<seconds>: <frame>` and `<url> -> <seconds>: <body>`; the others say how it was made. */
function linesOf(path: string, sha256: string): Line[] {
  const lines = new TextDecoder().decode(recording(path, sha256)).split('\n');
  return lines.flatMap((line) => {
    const match = /^(?:(https:\S+) -> )?(\d+\.\d+): (\{.*)$/.exec(line);
    if (match === null) return [];
    const symbol = /symbol=(\w+)/.exec(match[1] ?? '')?.[1] ?? '';
    return [{ seconds: Number(match[2]), symbol, body: match[3] as string }];
  });
}

recordedTest('the books of a recorded desk follow its streams and agree with its tickers', () => {
  const [rules] = linesOf('raw/binance/BINANCE.0.gz', 'ab973b7c0421');
  const found = instrumentsIn(rules?.body ?? '', 'binance', SYMBOLS);
  assert.ok(found.ok);
  const rulesFound = found.value.map(({ symbol, tickSize, lotSize, notionalMin }) => {
    return [symbol, tickSize, lotSize, notionalMin];
  });
  assert.equal(rulesFound, [
    ['NKNUSDT', 0.0001, 1, 1_000_000_000n],
    ['BLZETH', 1e-8, 1, 500_000n],
    ['LRCBTC', 1e-8, 1, 10_000n],
    ['RUNEEUR', 0.001, 0.1, 1_000_000_000n],
  ]);
  const decoder = new MarketDecoder(found.value);
  const desks = new Map(
    found.value.map((instrument) => {
      const [book, agreement] = [new Book(), new BboAgreement()];
      const sync = new DepthSync(book, 'spot', (id) => agreement.onBook(id, book));
      return [instrument.symbol, { instrument, sync, agreement }] as const;
    }),
  );
  const snapshots = linesOf('raw/binance/BINANCE.http.0.0.gz', 'eab629820d0a');
  const stream = linesOf('raw/binance/BINANCE.ws.1.0.gz', 'e1773016098b');
  const kinds: Record<string, number> = {};
  const lines = [...snapshots, ...stream].sort((one, other) => one.seconds - other.seconds);
  for (const { symbol, body } of lines) {
    const kind = decoder.decode(frameOf(body), desks.get(symbol)?.instrument);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (kind === 'other') continue;
    const desk = desks.get(decoder.instrument.symbol);
    assert.ok(desk);
    if (kind === 'snapshot') desk.sync.onSnapshot(decoder);
    else if (kind === 'depth') desk.sync.onDiff(decoder);
    else {
      const { finalId, bidTicks, bidLots, askTicks, askLots } = decoder;
      desk.agreement.onTicker(finalId, bidTicks, bidLots, askTicks, askLots);
    }
  }
  assert.equal(kinds, { depth: 177, snapshot: 4, 'book-ticker': 84, other: 4 });
  const judged = [...desks.values()].map(({ sync, agreement }) => {
    agreement.finish();
    assert.ok(sync.isLive);
    return [agreement.compared, agreement.mismatches];
  });
  // RUNEEUR has no ticker in these thirty seconds.
  assert.equal(judged, [
    [143, 0],
    [3, 0],
    [13, 0],
    [0, 0],
  ]);
});

test.run();
