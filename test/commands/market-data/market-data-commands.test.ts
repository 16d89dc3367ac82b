import { writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommandLine } from '../../../src/commands/cli.ts';
import { EXIT } from '../../../src/commands/command.ts';
import { PAPER_CONFIG } from '../../../src/commands/launch-commands.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { aCommandWorld } from '../../support/edge/command-world.ts';

async function running(words: readonly string[]) {
  const world = aCommandWorld();
  const exitCode = await runCommandLine(words, world);
  return { exitCode, ...world.terminal.written, recordings: world.recordings };
}

function aBookFile(folder: string): string {
  const path = `${folder}/book.csv`;
  const header = 'exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount';
  const rows = [
    'deribit,BTC-PERPETUAL,1,1000,true,bid,6400.5,10',
    'deribit,BTC-PERPETUAL,1,1000,true,ask,6401.0,20',
    'deribit,BTC-PERPETUAL,2,5000,false,bid,6400.5,0',
    'deribit,ETH-PERPETUAL,2,5000,true,bid,130.25,3',
  ];
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`);
  return path;
}

test('record passes its options on, with the paper desk where none is named', async () => {
  const { exitCode, recordings } = await running(['record', '--for', '5m', '--seed', '3']);
  assert.is(exitCode, EXIT.done);
  assert.equal(recordings, [
    {
      configFile: PAPER_CONFIG,
      dataDirectory: '/home/someone/.local/state/flyball',
      seed: 3,
      forMs: 300_000,
      isJson: false,
    },
  ]);
});

for (const [line, reason] of [
  ['record now', 'record: found now, wanted options only'],
  ['record --for soon', '--for: found soon, wanted a duration'],
  ['record --seed x', '--seed: found x, wanted a whole number'],
  ['replay', 'replay: wanted a PATH'],
  ['replay a b', 'replay: found b, wanted one PATH'],
  ['replay a --pace fast', '--pace: found fast, wanted max or a number'],
  ['replay a --latency 5', '--latency and --fees: wanted --slippage'],
  ['replay a --slippage --fees 4', '--fees: wanted --latency with it'],
  ['replay a --slippage --latency 40:5', '--latency: found 40:5, wanted milliseconds'],
  ['replay a --slippage --latency x', '--latency: found x, wanted milliseconds'],
  ['replay a --slippage --latency 5 --fees 1:4', '--fees: found 1:4, wanted bps'],
  ['replay a --slippage --latency 5 --fees free', '--fees: found free, wanted bps'],
  ['replay a --slippage --latency 5 --fees 0:4,0:3', '--fees: found 0:4,0:3, wanted bps'],
  ['replay a --slippage --seed x', '--seed: found x, wanted a whole number'],
  ['convert a', 'convert: wanted FROM and TO'],
  ['convert a b c', 'convert: found c, wanted FROM and TO only'],
  ['convert a b --to sql', '--to: found sql, wanted one of parquet'],
  ['convert a b --from sql', '--from: found sql, wanted one of parquet'],
  ['convert a b --bursts 0.5', '--bursts: found 0.5, wanted a number from 1 to 1000'],
  ['convert a b.csv', 'b.csv: not known what to write, wanted --to'],
] as const) {
  test(`\`${line}\` is refused with what would be right`, async () => {
    const { exitCode, err } = await running(line.split(' '));
    assert.is(exitCode, EXIT.usage);
    assert.match(err, reason);
  });
}

test('a replay compares the matching model with recorded trades where it is asked to', async () => {
  const folder = temporaryFolder();
  const path = `${folder}/RECORDED.ws.1.0`;
  const frames = [
    { type: 'snapshot', product_id: 'A-B', bids: [['99', '10']], asks: [['101', '10']] },
    { type: 'match', product_id: 'A-B', trade_id: 1, side: 'sell', price: '101', size: '2' },
  ];
  const lines = frames.map((frame, at) => `161867781${at}.5: ${JSON.stringify(frame)}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  const words = ['replay', path, '--slippage', '--latency', '5:40', '--fees', '0:4,1e9:3'];
  const wrong = await running(words);
  assert.is(wrong.exitCode, EXIT.usage);
  const asked = [...words.slice(0, -1), '0:4,1000000:3', '--check'];
  const { exitCode, out, err } = await running([...asked, '--json']);
  assert.is(exitCode, EXIT.done, err);
  const { slippage, isSame } = JSON.parse(out) as Record<string, unknown>;
  assert.is(isSame, true);
  const { rows, delayed } = slippage as Record<string, unknown>;
  assert.equal((rows as readonly unknown[])[0], {
    size: 'within the touch',
    ...{ orders: 1, errorBpsMean: 0, errorBpsP50: 0, errorBpsP95: 0 },
    ...{ modelBps: 100, recordedBps: 100 },
  });
  assert.is((delayed as { feeBps: number }).feeBps, 4);
  const { out: text } = await running(asked);
  assert.match(text, /within the touch +1 +0\.000/);
  assert.match(text, /shortfall bps +100\.000/);
});

test('a file goes through every format and leaves the same books', async () => {
  const folder = temporaryFolder();
  const from = aBookFile(folder);
  const convert = async (...words: string[]) => {
    const { exitCode, out, err } = await running(['convert', ...words, '--json']);
    assert.is(exitCode, EXIT.done, err);
    return JSON.parse(out) as Record<string, unknown>;
  };
  const books = async (path: string) => {
    const { exitCode, out, err } = await running(['replay', path, '--check', '--json']);
    assert.is(exitCode, EXIT.done, err);
    const { markets, isSame } = JSON.parse(out) as Record<string, unknown>;
    assert.is(isSame, true);
    return markets;
  };
  const first = await books(from);
  const into = await convert(from, `${folder}/recorded`);
  assert.equal(
    [into['source'], into['target'], into['read'], into['written']],
    ['tardis-book', 'folder', 6, 6],
  );
  assert.equal(await books(`${folder}/recorded`), first);
  await convert(`${folder}/recorded`, `${folder}/one.parquet`);
  assert.equal(await books(`${folder}/one.parquet`), first);
  await convert(`${folder}/one.parquet`, `${folder}/again.csv.gz`, '--to', 'tardis-book');
  assert.equal(await books(`${folder}/again.csv.gz`), first);
  const npz = await convert(
    `${folder}/one.parquet`,
    `${folder}/btc.npz`,
    '--symbol',
    'BTC-PERPETUAL',
  );
  assert.is(npz['written'], 4);
  const named = ['--symbol', 'BTC-PERPETUAL', '--venue', 'deribit'];
  await convert(`${folder}/btc.npz`, `${folder}/btc.parquet`, ...named);
  assert.is(((await books(`${folder}/btc.parquet`)) as unknown[]).length, 1);
});

test('bursts are injected by a conversion, and the books stay what they were', async () => {
  const folder = temporaryFolder();
  const from = aBookFile(folder);
  const to = `${folder}/fast.parquet`;
  const { exitCode, err } = await running(['convert', from, to, '--bursts', '10x']);
  assert.is(exitCode, EXIT.done, err);
  const played = async (path: string) =>
    JSON.parse((await running(['replay', path, '--json'])).out);
  const [slow, fast] = [await played(from), await played(to)];
  assert.equal(fast.markets, slow.markets);
  assert.is(fast.burstCount, 0);
});

test('what cannot be converted or replayed is said in one sentence', async () => {
  const folder = temporaryFolder();
  const book = aBookFile(folder);
  const odd = `${folder}/odd.txt`;
  writeFileSync(odd, 'hello\n');
  for (const [words, reason] of [
    [['convert', odd, `${folder}/a.parquet`], /not known what it is, wanted/],
    [['convert', book, `${folder}/a.npz`], /an npz has one market, wanted --symbol with one of/],
    [['convert', book, `${folder}/a.npz`, '--symbol', 'X'], /--symbol: found X, wanted one of/],
    [['replay', `${folder}/none.parquet`], /none\.parquet/],
    [['replay', `${folder}/nothing`], /found no catalogue\.json/],
    [['replay', `${folder}/none.npz`], /no such file/],
  ] as const) {
    const { exitCode, err } = await running(words);
    assert.is(exitCode, EXIT.failed);
    assert.match(err, reason);
  }
});

test('a person is shown a table', async () => {
  const folder = temporaryFolder();
  const { out } = await running(['replay', aBookFile(folder)]);
  assert.match(out, /events +6\n/);
  assert.match(out, /ETH-PERPETUAL +deribit +2/);
  const { out: shown } = await running(['convert', aBookFile(folder), `${folder}/x`]);
  assert.match(shown, /records written +6/);
});

test.run();
