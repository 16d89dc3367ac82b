import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { amountOf } from '../../../src/core/units.ts';
import { openRecording } from '../../../src/simulation/replay/open-recording.ts';
import { RULES_SUFFIX } from '../../../src/simulation/replay/recorded-rules.ts';
import { withFiles } from '../../support/replay/files.ts';
import { SCRIPT_START, Script } from '../../support/replay/script.ts';
import { must } from '../../support/venue/fixtures.ts';

/** What Binance said of BTCUSDT in 2024, shortened. */
const SYMBOL = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  filters: [
    {
      filterType: 'PRICE_FILTER',
      minPrice: '0.01000000',
      maxPrice: '1000000.00000000',
      tickSize: '0.01000000',
    },
    {
      filterType: 'LOT_SIZE',
      minQty: '0.00001000',
      maxQty: '9000.00000000',
      stepSize: '0.00001000',
    },
    { filterType: 'MARKET_LOT_SIZE', minQty: '0', maxQty: '119.5', stepSize: '0' },
    { filterType: 'NOTIONAL', minNotional: '5.00000000', maxNotional: '9000000.00000000' },
  ],
};
const REPLY = { timezone: 'UTC', symbols: [{ symbol: 'ETHUSDT' }, SYMBOL] };

const script = (symbol = 'BTCUSDT'): Script =>
  new Script(symbol)
    .diff(0.4, [1, 5], [['99.90', '1.50']], [])
    .snapshot(40, 4, [['99.90', '2']], [['100.1', '0.125']])
    .print(60.2, 'buy', ['100.13', '0.0100']);

const open = (path: string, instruments: string | null = null) =>
  openRecording({ path, instruments, files: nodeFiles });

async function refusal(path: string, instruments: string | null = null): Promise<string> {
  const opened = await open(path, instruments);
  assert.ok(!opened.ok);
  assert.is(opened.error.kind, 'recording');
  assert.is(opened.error.path, path);
  return opened.error.reason;
}

test('without metadata the rules are derived, and the recording says so', () =>
  withFiles({ 'a.txt': script().text }, async (pathOf) => {
    const recording = must(await open(pathOf('a.txt')));
    assert.is(recording.rulesSource, 'derived');
    const { instrument, marketLotsMax, notionalMax } = recording.rules;
    assert.is(instrument.base, 'BTC');
    assert.is(instrument.quote, 'USDT');
    assert.is(instrument.tickSize, 0.01);
    assert.is(instrument.lotSize, 0.001);
    assert.is(instrument.notionalMin, 0n);
    assert.is(marketLotsMax, 90_000_000_000);
    assert.is(notionalMax, 90_000_000n * 100_000_000n);
    const [rules, clock] = recording.sentences;
    assert.match(rules ?? '', /^rules of BTCUSDT derived from the recording: tick 0\.01 and lot 0/);
    assert.match(clock ?? '', /^the collector's clock was 1272\.\d ms behind the venue's \(median/);
  }));

test('a recording tells its frames, its streams and its span of venue time', () =>
  withFiles({ 'a.txt': script().text }, async (pathOf) => {
    const recording = must(await open(pathOf('a.txt')));
    assert.is(recording.frames, 3);
    assert.equal(recording.streams, ['btcusdt@depth@100ms', 'btcusdt@trade']);
    assert.is(recording.startMs, SCRIPT_START);
    assert.is(recording.endMs, SCRIPT_START + 61);
  }));

test('metadata beside the recording is taken, whole reply or one symbol', async () => {
  for (const described of [REPLY, SYMBOL]) {
    const files = {
      'a.txt': script().text,
      [`a.txt${RULES_SUFFIX}`]: JSON.stringify(described),
    };
    await withFiles(files, async (pathOf) => {
      const { rules, rulesSource, sentences } = must(await open(pathOf('a.txt')));
      assert.is(rulesSource, 'beside');
      assert.match(sentences[0] ?? '', /from the file beside the recording, .*a\.txt\.instruments/);
      assert.is(rules.instrument.lotSize, 0.00001);
      assert.is(rules.instrument.lotsMax, 900_000_000);
      assert.is(rules.instrument.notionalMin, 500_000_000n);
      assert.is(rules.marketLotsMax, 11_950_000);
      assert.is(rules.notionalMax, amountOf(900_000_000_000_000n));
    });
  }
});

test('a file that is named goes before the one beside the recording', () =>
  withFiles(
    {
      'a.txt': script().text,
      [`a.txt${RULES_SUFFIX}`]: 'no JSON',
      'mine.json': JSON.stringify(SYMBOL),
    },
    async (pathOf) => {
      const recording = must(await open(pathOf('a.txt'), pathOf('mine.json')));
      assert.is(recording.rulesSource, 'given');
      assert.match(recording.sentences[0] ?? '', /from the file that was named, .*mine\.json$/);
      assert.match(await refusal(pathOf('a.txt')), /a\.txt\.instruments\.json: .*JSON/);
    },
  ));

test('bounds that metadata leaves out are those of the limit orders, or none', () => {
  const filters = SYMBOL.filters.slice(0, 2);
  const files = { 'a.txt': script().text, 'mine.json': JSON.stringify({ ...SYMBOL, filters }) };
  return withFiles(files, async (pathOf) => {
    const { rules } = must(await open(pathOf('a.txt'), pathOf('mine.json')));
    assert.is(rules.marketLotsMax, rules.instrument.lotsMax);
    assert.is(rules.instrument.notionalMin, 0n);
    assert.is(rules.notionalMax, BigInt(Number.MAX_SAFE_INTEGER));
  });
});

test('metadata that cannot be used is named with what is wrong', () => {
  const halted = { ...SYMBOL, status: 'BREAK' };
  const files = {
    'a.txt': script().text,
    'other.json': '{"symbols":[{"symbol":"ETHUSDT"}]}',
    'halted.json': JSON.stringify(halted),
    'bare.json': JSON.stringify({ ...SYMBOL, filters: 7 }),
    'list.json': '[]',
    'number.json': '7',
  };
  return withFiles(files, async (pathOf) => {
    const why = (name: string) => refusal(pathOf('a.txt'), pathOf(name));
    assert.match(await why('other.json'), /other\.json: found no symbol BTCUSDT$/);
    assert.match(await why('halted.json'), /halted\.json: BTCUSDT: found status BREAK/);
    assert.match(await why('bare.json'), /bare\.json: BTCUSDT\.filters/);
    assert.match(await why('list.json'), /found no symbol BTCUSDT$/);
    assert.match(await why('number.json'), /found no symbol BTCUSDT$/);
    assert.match(await why('absent.json'), /absent\.json: no such file, wanted an exchangeInfo/);
    assert.match(await refusal(pathOf('a.txt'), pathOf('.')), /EISDIR/);
  });
});

test('the quote asset of a symbol is the longest that is known, and needs a base', () =>
  withFiles(
    {
      'fdusd.txt': script('BTCFDUSD').text,
      'eth.txt': script('BNBETH').text,
      'odd.txt': script('XYZQQQ').text,
      'usdt.txt': script('USDT').text,
    },
    async (pathOf) => {
      const assets = async (name: string): Promise<string> => {
        const { instrument } = must(await open(pathOf(name))).rules;
        return `${instrument.base} ${instrument.quote}`;
      };
      assert.is(await assets('fdusd.txt'), 'BTC FDUSD');
      assert.is(await assets('eth.txt'), 'BNB ETH');
      assert.match(await refusal(pathOf('odd.txt')), /no known quote asset ends XYZQQQ; write its/);
      // USD is a quote asset too, but then nothing is left to be the base.
      assert.match(await refusal(pathOf('usdt.txt')), /no known quote asset ends USDT/);
    },
  ));

test('futures are refused with what to use instead', () =>
  withFiles(
    {
      'usdm.txt': '1000000000000000000 {"stream":"x@depth","data":{"s":"BTCUSDT","pu":7}}\n',
      'coinm.txt': '1000000000000000000 {"stream":"x@trade","data":{"s":"BTCUSD_PERP"}}\n',
      'dated.txt': '1000000000000000000 {"stream":"x@trade","data":{"s":"ETHUSD_240927"}}\n',
    },
    async (pathOf) => {
      for (const name of ['usdm.txt', 'coinm.txt', 'dated.txt']) {
        const reason = await refusal(pathOf(name));
        assert.match(reason, /is a future, and only spot can be traded on a recording: replay a/);
        assert.match(reason, /`flyball book check`$/);
      }
    },
  ));

test('a file that is no recording of one symbol by its streams is refused', () =>
  withFiles(
    {
      'two.txt': script().text + script('ETHUSDT').text,
      'bare.txt': '1000000000 {"s":"BTCUSDT","e":"trade"}\n',
      'broken.txt': `${script().text}oops\n`,
      'timeless.txt': '1000000000000000000 {"stream":"btcusdt@x","data":{"s":"BTCUSDT","e":"x"}}\n',
      'ahead.txt':
        '1000000000000000000 {"stream":"btcusdt@x","data":{"s":"BTCUSDT","E":999999999000}}\n',
    },
    async (pathOf) => {
      assert.match(
        await refusal(pathOf('two.txt')),
        /found BTCUSDT and ETHUSDT, wanted the frames/,
      );
      assert.match(
        await refusal(pathOf('bare.txt')),
        /line 1: an event without its stream, wanted/,
      );
      assert.match(
        await refusal(pathOf('broken.txt')),
        /broken\.txt:4: wanted `<local ns> <json>`/,
      );
      const [, noTime] = must(await open(pathOf('timeless.txt'))).sentences;
      assert.is(noTime, "no frame has the venue's time, so the collector's is taken");
      const [, ahead] = must(await open(pathOf('ahead.txt'))).sentences;
      assert.match(ahead ?? '', /was 1000\.0 ms ahead of the venue's/);
    },
  ));

test.run();
