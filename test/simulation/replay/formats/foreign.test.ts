import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatFault, Tally } from '../../../../src/simulation/replay/formats/market-source.ts';
import { readNpz, writeNpz } from '../../../../src/simulation/replay/formats/npz.ts';
import {
  readTardis,
  type TardisKind,
  tardisKindOf,
  tardisLines,
} from '../../../../src/simulation/replay/formats/tardis.ts';
import { readZip, writeZip } from '../../../../src/simulation/replay/formats/zip.ts';
import { dictionaryOf } from '../../../../src/storage/columns/dictionary.ts';
import {
  blankRecord,
  blockOf,
  FLAG,
  KIND,
  type MarketRecord,
  type RecordBlock,
  SIDE,
} from '../../../../src/storage/columns/record.ts';
import { aMarket, hastyFiles, recordsIn } from '../../../storage/columns/records.ts';
import { temporaryFolder } from '../../../storage/temporary.ts';

const MARKET = aMarket({ symbol: 'BTC-PERPETUAL', priceDecimals: 2, quantityDecimals: 3 });
const DICTIONARY = dictionaryOf(['deribit'], [MARKET]);

async function* once(records: readonly MarketRecord[]): AsyncGenerator<RecordBlock> {
  if (records.length > 0) yield blockOf(records);
}

/** Frames in the order of their local time; the last record of each is marked. */
function frames(kinds: readonly number[], options: { readonly hasIds: boolean }) {
  const level = fc.record({
    kind: fc.constantFrom(...kinds),
    side: fc.constantFrom(SIDE.buy, SIDE.sell),
    price: fc.integer({ min: 1, max: 10_000_000 }),
    quantity: fc.integer({ min: 0, max: 1_000_000_000 }),
    sequence: options.hasIds ? fc.integer({ min: 1, max: 1e12 }) : fc.constant(0),
  });
  const frame = fc.record({
    afterUs: fc.integer({ min: 1, max: 1_000_000 }),
    lagUs: fc.integer({ min: -2_000_000, max: 2_000_000 }),
    levels: fc.array(level, { minLength: 1, maxLength: 5 }),
  });
  return fc.array(frame, { maxLength: 30 }).map((drawn) => {
    let tsLocal = 1_723_161_253_000_000;
    return drawn.flatMap(({ afterUs, lagUs, levels }): MarketRecord[] => {
      tsLocal += afterUs;
      return levels.map((each, at) => ({
        ...blankRecord(),
        ...each,
        tsLocal,
        tsExchange: tsLocal - lagUs,
        flags: at === levels.length - 1 ? FLAG.frameEnd : 0,
      }));
    });
  });
}

/** What a format without a grid of its own keeps of prices: the same amounts on a coarser grid. */
function amounts(
  records: readonly MarketRecord[],
  { dictionary }: { dictionary: typeof DICTIONARY },
) {
  const [market] = dictionary.markets;
  assert.ok(market !== undefined);
  return records.map(({ price, quantity, ...rest }) => ({
    ...rest,
    price: (price * market.tickSteps) / 10 ** market.priceDecimals,
    quantity: (quantity * market.lotSteps) / 10 ** market.quantityDecimals,
  }));
}

async function throughTardis(records: readonly MarketRecord[], kind: TardisKind, packed: boolean) {
  const path = `${temporaryFolder()}/rows.csv${packed ? '.gz' : ''}`;
  let text = '';
  for await (const lines of tardisLines(DICTIONARY, once(records), kind, new Tally()))
    text += lines;
  writeFileSync(path, packed ? gzipSync(text) : text);
  return readTardis(path);
}

test('books survive tardis CSV, plain and packed', async () => {
  await fc.assert(
    fc.asyncProperty(
      frames([KIND.depth], { hasIds: false }),
      fc.boolean(),
      async (records, packed) => {
        if (records.length === 0) return;
        const source = await throughTardis(records, 'book', packed);
        assert.equal(source.dictionary, DICTIONARY);
        assert.equal(await recordsIn(source), records);
      },
    ),
    { numRuns: 25 },
  );
});

test('trades survive tardis CSV with their ids', async () => {
  await fc.assert(
    fc.asyncProperty(frames([KIND.trade], { hasIds: true }), async (records) => {
      if (records.length === 0) return;
      const source = await throughTardis(records, 'trades', false);
      assert.equal(await recordsIn(source), records);
    }),
    { numRuns: 25 },
  );
});

test('a snapshot of tardis empties the book first, and each snapshot does', async () => {
  const path = `${temporaryFolder()}/book.csv`;
  const rows = [
    'exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount',
    'deribit,BTC-PERPETUAL,1,10,true,bid,6400.5,10',
    'deribit,BTC-PERPETUAL,1,10,true,ask,6401,1e-7',
    'deribit,BTC-PERPETUAL,2,11,false,bid,6400.5,0',
    'deribit,ETH-PERPETUAL,2,11,true,bid,130.25,3',
    'deribit,BTC-PERPETUAL,3,12,true,bid,6400,7',
  ];
  writeFileSync(path, `${rows.join('\n')}\n`);
  const source = await readTardis(path);
  assert.equal(
    source.dictionary.markets.map((market) => [
      market.symbol,
      market.priceDecimals,
      market.quantityDecimals,
    ]),
    [
      ['BTC-PERPETUAL', 1, 7],
      ['ETH-PERPETUAL', 2, 0],
    ],
  );
  const records = await recordsIn(source);
  assert.equal(
    records.map(({ instrument, kind, price, quantity, flags }) => [
      instrument,
      kind,
      price,
      quantity,
      flags,
    ]),
    [
      [0, KIND.clear, 0, 0, 0],
      [0, KIND.snapshot, 64_005, 100_000_000, 0],
      [0, KIND.snapshot, 64_010, 1, FLAG.frameEnd],
      [0, KIND.depth, 64_005, 0, FLAG.frameEnd],
      [1, KIND.clear, 0, 0, 0],
      [1, KIND.snapshot, 13_025, 3, FLAG.frameEnd],
      [0, KIND.clear, 0, 0, 0],
      [0, KIND.snapshot, 64_000, 70_000_000, FLAG.frameEnd],
    ],
  );
});

test('what no tardis row can say is counted by name', async () => {
  const skipped = new Tally();
  const records = [KIND.trade, KIND.bbo, KIND.gap, KIND.clear].map((kind) => ({
    ...blankRecord(),
    kind,
  }));
  for await (const _ of tardisLines(DICTIONARY, once(records), 'book', skipped)) {
  }
  assert.equal(skipped.counts, { trade: 1, bbo: 1, gap: 1 });
});

for (const [what, text, reason] of [
  ['an unknown header', 'a,b,c\n', /:1: found a,b,c, wanted exchange,symbol/],
  ['nothing', '', /found no rows/],
  [
    'a price that is none',
    'exchange,symbol,timestamp,local_timestamp,id,side,price,amount\nx,Y,1,2,3,buy,abc,1\n',
    /:2: found abc, wanted a decimal/,
  ],
  [
    'a time that is none',
    'exchange,symbol,timestamp,local_timestamp,id,side,price,amount\nx,Y,,2,3,buy,1,1\n',
    /:2: timestamp: found , wanted microseconds/,
  ],
] as const) {
  test(`a tardis file with ${what} is refused with its line`, async () => {
    const path = `${temporaryFolder()}/rows.csv`;
    writeFileSync(path, text);
    try {
      await recordsIn(await readTardis(path));
      assert.unreachable();
    } catch (thrown) {
      assert.instance(thrown, FormatFault);
      assert.match((thrown as Error).message, reason);
    }
  });
}

test('the two kinds of tardis file are known by their headers', () => {
  assert.is(tardisKindOf('exchange,symbol,timestamp'), null);
});

test('a trade whose id is a text keeps everything else, and is counted', async () => {
  const path = `${temporaryFolder()}/trades.csv`;
  const header = 'exchange,symbol,timestamp,local_timestamp,id,side,price,amount';
  writeFileSync(path, `${header}\nbitmex,XBTUSD,1,2,ab-cd,buy,1,1\nbitmex,XBTUSD,1,2,,sell,1,1\n`);
  const source = await readTardis(path);
  const records = await recordsIn(source);
  assert.equal(
    records.map(({ kind, side, sequence }) => [kind, side, sequence]),
    [
      [KIND.trade, SIDE.buy, 0],
      [KIND.trade, SIDE.sell, 0],
    ],
  );
  assert.equal(source.skipped, { 'trade-id': 2 });
});

test('events survive hftbacktest npz: both orders are there, and ours comes back', async () => {
  const kinds = [KIND.depth, KIND.trade, KIND.snapshot, KIND.bbo];
  await fc.assert(
    fc.asyncProperty(frames(kinds, { hasIds: false }), async (records) => {
      const path = `${temporaryFolder()}/events.npz`;
      const done = await writeNpz(hastyFiles, path, MARKET, once(records));
      assert.equal(done, { written: records.length, skipped: {} });
      const source = readNpz(hastyFiles, path, { venue: 'deribit', symbol: MARKET.symbol });
      const back = await recordsIn(source);
      assert.equal(amounts(back, source), amounts(records, { dictionary: DICTIONARY }));
    }),
    { numRuns: 25 },
  );
});

test('a price of many digits does not make a grid of its noise', async () => {
  const blank = { ...blankRecord(), kind: KIND.depth, side: SIDE.buy, flags: FLAG.frameEnd };
  const records = [424_318, 1, 2_110_026].map((price, at) => {
    const time = 1_723_161_253_000_001 + at;
    return { ...blank, price, tsExchange: time, tsLocal: time };
  });
  const path = `${temporaryFolder()}/events.npz`;
  await writeNpz(hastyFiles, path, MARKET, once(records));
  const source = readNpz(hastyFiles, path, { venue: 'deribit', symbol: MARKET.symbol });
  assert.is(source.dictionary.markets[0]?.priceDecimals, 2);
  assert.equal(
    (await recordsIn(source)).map(({ price }) => price),
    [424_318, 1, 2_110_026],
  );
});

test('rows of an npz are in the order of the exchange for those that have it, and of ours', () => {
  return fc.assert(
    fc.asyncProperty(frames([KIND.depth], { hasIds: false }), async (records) => {
      const path = `${temporaryFolder()}/events.npz`;
      await writeNpz(hastyFiles, path, MARKET, once(records));
      const [entry] = readZip(hastyFiles.read(path) as Uint8Array, 1e9);
      const bytes = (entry as { bytes: Uint8Array }).bytes;
      const from = bytes.length % 64 === 0 ? bytes.indexOf(0x0a) + 1 : 0;
      const view = new DataView(bytes.buffer, bytes.byteOffset + from, bytes.length - from);
      const exchange: number[] = [];
      const local: number[] = [];
      for (let at = 0; at < view.byteLength; at += 64) {
        const event = view.getUint32(at, true);
        if ((event & (1 << 31)) !== 0) exchange.push(Number(view.getBigInt64(at + 8, true)));
        if ((event & (1 << 30)) !== 0) local.push(Number(view.getBigInt64(at + 16, true)));
      }
      assert.is(exchange.length, records.length);
      assert.is(local.length, records.length);
      const rising = (times: number[]) => [...times].sort((left, right) => left - right);
      assert.equal(exchange, rising(exchange));
      assert.equal(local, rising(local));
    }),
    { numRuns: 15 },
  );
});

test('an order keeps its id through npz; other markets and gaps are counted', async () => {
  const path = `${temporaryFolder()}/orders.npz`;
  const record = { ...blankRecord(), tsLocal: 5, tsExchange: 4, price: 1, quantity: 1 };
  const records = [
    { ...record, kind: KIND.add, sequence: 77, flags: FLAG.frameEnd },
    { ...record, kind: KIND.gap },
    { ...record, kind: KIND.depth, instrument: 9 },
  ];
  const done = await writeNpz(hastyFiles, path, MARKET, once(records));
  assert.equal(done, { written: 1, skipped: { gap: 1, 'other-market': 1 } });
  const back = await recordsIn(readNpz(hastyFiles, path, { venue: 'x', symbol: 'Y' }));
  assert.is(back[0]?.sequence, 77);
});

test('python reads the npz that we write', async () => {
  const path = `${temporaryFolder()}/events.npz`;
  const record = { ...blankRecord(), tsLocal: 5_000, tsExchange: 4_000, side: SIDE.buy };
  const records = [{ ...record, kind: KIND.depth, price: 6_173_763, quantity: 1_500 }];
  await writeNpz(hastyFiles, path, MARKET, once(records));
  const program = `
import ast, struct, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
data = archive.read('data.npy')
assert data[:8] == b'\\x93NUMPY\\x01\\x00'
length = struct.unpack('<H', data[8:10])[0]
assert (10 + length) % 64 == 0
header = ast.literal_eval(data[10:10 + length].decode('latin1'))
assert header['shape'] == (1,) and header['fortran_order'] is False
names = 'ev exch_ts local_ts px qty order_id ival fval'.split()
assert [name for name, _ in header['descr']] == names
print(*struct.unpack('<QqqddQqd', data[10 + length:]))
`;
  const ran = spawnSync('python3', ['-c', program, path], { encoding: 'utf8' });
  if (ran.error !== undefined) {
    process.stdout.write('  not checked by python: there is no command `python3`\n');
    return;
  }
  const event = 1 + 2 ** 31 + 2 ** 30 + 2 ** 29;
  assert.is(ran.stdout.trim(), `${event} 4000000 5000000 61737.63 1.5 0 0 0.0`, ran.stderr);
});

test('an archive is read back, deflated ones too, and a damaged one is refused', () => {
  const bytes = new TextEncoder().encode('one array, and another array');
  const pieces = writeZip([
    { name: 'a.npy', bytes },
    { name: 'b.npy', bytes: new Uint8Array(0) },
  ]);
  const archive = new Uint8Array(Buffer.concat(pieces));
  assert.equal(
    readZip(archive, 100).map(({ name, bytes: found }) => [name, found.length]),
    [
      ['a.npy', bytes.length],
      ['b.npy', 0],
    ],
  );
  assert.throws(() => readZip(archive, 5), /wanted at most 5/);
  assert.throws(() => readZip(new Uint8Array(50), 5), /found no end of an archive/);
  for (let at = 0; at < archive.length; at += 1) {
    const turned = new Uint8Array(archive);
    turned[at] = (turned[at] as number) ^ 0x55;
    try {
      readZip(turned, 1_000);
    } catch (thrown) {
      assert.instance(thrown, FormatFault, `byte ${at}: ${String(thrown)}`);
    }
  }
});

test('an npz with other fields, without an array or cut short is refused', () => {
  const path = `${temporaryFolder()}/other.npz`;
  const write = (name: string, bytes: Uint8Array) =>
    hastyFiles.replace(path, Buffer.concat(writeZip([{ name, bytes }])));
  const read = () => readNpz(hastyFiles, path, { venue: 'x', symbol: 'Y' });
  assert.throws(() => readNpz(hastyFiles, '/nowhere', { venue: 'x', symbol: 'Y' }), /no such file/);
  write('a.txt', new Uint8Array(1));
  assert.throws(read, /found no array/);
  write('a.npy', new Uint8Array(80));
  assert.throws(read, /found no magic of numpy/);
  const npy = (text: string) => {
    const header = Buffer.alloc(128, 0x20);
    header.write('\x93NUMPY\x01\x00', 'latin1');
    header.writeUInt16LE(118, 8);
    header.write(text, 10, 'latin1');
    return header;
  };
  write('a.npy', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"));
  assert.throws(read, /wanted a row of records/);
  write('a.npy', npy("{'descr': [('ev', '<u8')], 'fortran_order': False, 'shape': (3,), }"));
  assert.throws(read, /wanted those of hftbacktest/);
});

test.run();
