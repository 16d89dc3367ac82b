/** A raw recording of USD-M futures of 2021: rules, snapshots and streams of four symbols. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Book } from '../../../src/market/book.ts';
import { BboAgreement } from '../../../src/market/quality/bbo-agreement.ts';
import { DepthSync } from '../../../src/venues/binance/depth-sync.ts';
import { instrumentsIn } from '../../../src/venues/binance/exchange-info.ts';
import { DerivativeDecoder } from '../../../src/venues/binance/futures/derivative-decoder.ts';
import { MarketDecoder } from '../../../src/venues/binance/market-decoder.ts';
import { frameOf } from '../../support/binance/frames.ts';
import { recording, recordings } from '../../support/edge/recordings.ts';

const recordedTest = recordings === null ? test.skip : test;
const SYMBOLS = ['SUSHIUSDT', 'AKROUSDT', 'KEEPUSDT', 'CTKUSDT'];

interface Line {
  readonly seconds: number;
  /** Symbol of a REST reply, empty for frames of the stream. */
  readonly symbol: string;
  readonly body: string;
}

function linesOf(path: string, sha256: string): Line[] {
  const lines = new TextDecoder().decode(recording(path, sha256)).split('\n');
  return lines.flatMap((line) => {
    const match = /^(?:(https:\S+) -> )?(\d+\.\d+): (\{.*)$/.exec(line);
    if (match === null) return [];
    const symbol = /symbol=(\w+)/.exec(match[1] ?? '')?.[1] ?? '';
    return [{ seconds: Number(match[2]), symbol, body: match[3] as string }];
  });
}

recordedTest('recorded futures books follow their streams and agree with their tickers', () => {
  const [rules] = linesOf('raw/binance-futures/BINANCE_FUTURES.0.gz', 'bb85c695fc13');
  const found = instrumentsIn(rules?.body ?? '', 'binance-usdm', SYMBOLS);
  assert.ok(found.ok, found.ok ? '' : found.error);
  assert.equal(
    found.value.map(({ symbol, tickSize, lotSize }) => [symbol, tickSize, lotSize]),
    [
      ['SUSHIUSDT', 0.001, 1],
      ['AKROUSDT', 0.00001, 1],
      ['KEEPUSDT', 0.0001, 1],
      ['CTKUSDT', 0.001, 1],
    ],
  );
  const decoder = new MarketDecoder(found.value);
  const others = new DerivativeDecoder(found.value);
  const desks = new Map(
    found.value.map((instrument) => {
      const [book, agreement] = [new Book(), new BboAgreement()];
      const sync = new DepthSync(book, 'futures', (id) => agreement.onBook(id, book));
      return [instrument.symbol, { instrument, sync, agreement }] as const;
    }),
  );
  const snapshots = linesOf('raw/binance-futures/BINANCE_FUTURES.http.0.0.gz', '9923ee6b9a5a');
  const stream = linesOf('raw/binance-futures/BINANCE_FUTURES.ws.1.0.gz', 'f24483f89037');
  const kinds: Record<string, number> = {};
  const count = (kind: string): void => {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  };
  const lines = [...snapshots, ...stream].sort((one, other) => one.seconds - other.seconds);
  for (const { symbol, body } of lines) {
    const frame = frameOf(body);
    const kind = decoder.decode(frame, desks.get(symbol)?.instrument);
    count(kind === 'other' ? others.decode(frame) : kind);
    if (kind === 'other') continue;
    const desk = desks.get(decoder.instrument.symbol);
    assert.ok(desk);
    if (kind === 'snapshot') assert.is(desk.sync.onSnapshot(decoder), 'live', symbol);
    else if (kind === 'depth') desk.sync.onDiff(decoder);
    else {
      const { finalId, bidTicks, bidLots, askTicks, askLots } = decoder;
      desk.agreement.onTicker(finalId, bidTicks, bidLots, askTicks, askLots);
    }
  }
  assert.equal(kinds, {
    'book-ticker': 613,
    depth: 764,
    snapshot: 4,
    candle: 67,
    'aggregate-trade': 91,
  });
  const judged = [...desks.values()].map(({ sync, agreement }) => {
    agreement.finish();
    assert.ok(sync.isLive);
    return [agreement.compared, agreement.mismatches];
  });
  assert.equal(judged, [
    [252, 0],
    [182, 0],
    [130, 0],
    [180, 0],
  ]);
});

test.run();
