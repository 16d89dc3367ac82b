import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Env, HttpReply, NetFault } from '../../src/core/env.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import { rngOf } from '../../src/core/rng.ts';
import { type OpenOptions, openDesk } from '../../src/desk/open-desk.ts';
import { lockFile } from '../../src/storage/directory-lock.ts';
import { EventStore } from '../../src/storage/event-store/event-store.ts';
import { memoryTables } from '../../src/storage/event-store/memory-tables.ts';
import { aLog } from '../support/actors/logs.ts';
import { HASTY_FILES } from '../support/desk/rehearsed.ts';
import { manualEnv } from '../support/manual-env.ts';

const RULES = JSON.stringify({
  symbols: [
    {
      symbol: 'BTCUSDT',
      status: 'TRADING',
      baseAsset: 'BTC',
      quoteAsset: 'USDT',
      filters: [
        { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' },
        { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000', stepSize: '0.00001' },
        { filterType: 'NOTIONAL', minNotional: '5' },
      ],
    },
  ],
});
const PINS = {
  ...{ a: 17, b: 27, tamper: 22, reset: 23, service: 24, loopIn: 25, loopOut: 5 },
  ...{ green: 6, yellow: 13, red: 19, buzzer: 26, heartbeat: 12 },
};
const GUARD_PINS = { a: 2, b: 3, tamper: 4 };
const ACCESS = {
  restUrl: 'http://venue',
  streamUrl: 'ws://venue',
  sessionUrl: 'ws://venue/ws',
  account: { apiKey: 'key', secret: 'secret' },
};

type Answer = Result<HttpReply, NetFault>;
const answered = (status: number, body: string): Answer => ok({ status, headers: {}, body });

interface World {
  readonly options: OpenOptions;
  readonly lines: readonly string[];
  /** Opens, and closes again what opened. */
  open(): Promise<Result<{ boot: number; wasClean: boolean; deskId: string }, string>>;
}

async function inFolder(
  use: (world: World, folder: string) => Promise<void>,
  parts: Partial<OpenOptions> = {},
  answer: Answer = answered(200, RULES),
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-open-'));
  const { clock, timers } = manualEnv();
  const { log, lines } = aLog();
  const loaded = loadConfig('config/paper.yaml');
  if (!loaded.ok) throw new Error('the paper configuration is sound');
  const random = rngOf(1);
  const env: Env = {
    clock,
    timers,
    random,
    entropy: (bytes) => Uint8Array.from({ length: bytes }, () => random.below(256)),
    files: HASTY_FILES,
    net: {
      webSocket: () => {
        throw new Error('opening needs no socket');
      },
      http: (_request, done) => done(answer),
    },
  };
  const options: OpenOptions = {
    env,
    log,
    config: loaded.value.config,
    load: () => loaded,
    folder,
    version: '1.2.3',
    lock: lockFile,
    store: new EventStore(memoryTables()),
    isClockReal: false,
    hasShell: false,
    venues: async () => ok(new Map([['binance', ACCESS]])),
    ...parts,
  };
  const open: World['open'] = async () => {
    const store = new EventStore(memoryTables());
    const opened = await openDesk({ ...options, store });
    if (!opened.ok) return opened;
    const { parts: made, directory } = opened.value;
    const { boot, wasClean, deskId, journal } = made;
    journal.append({ kind: 'booted', boot, deskId, version: '1.2.3', wasClean });
    await journal.close();
    directory.release();
    return ok({ boot, wasClean, deskId });
  };
  try {
    await use({ options, lines, open }, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const faultOf = async (opening: ReturnType<World['open']>): Promise<string> => {
  const opened = await opening;
  return opened.ok ? 'it opened' : opened.error;
};

test('a desk opens with its instruments, a closed gate and the next boot number', async () => {
  await inFolder(async ({ open, options, lines }) => {
    const first = await open();
    assert.equal(first.ok && [first.value.boot, first.value.wasClean], [1, true]);
    const opened = await openDesk({ ...options, store: new EventStore(memoryTables()) });
    assert.ok(opened.ok);
    const { parts, directory } = opened.value;
    assert.equal(
      [parts.boot, parts.gate.causes(), parts.instruments.map(({ symbol }) => symbol)],
      [2, ['starting'], ['BTCUSDT']],
    );
    assert.is(parts.wasClean, false, 'nobody journaled a stop');
    assert.ok(lines.some((line) => line.startsWith('info desk journal-opened')));
    await parts.journal.close();
    directory.release();
  });
});

test('one data directory has one desk', async () => {
  await inFolder(async ({ open, options }) => {
    const opened = await openDesk(options);
    assert.ok(opened.ok);
    assert.match(await faultOf(open()), `process ${process.pid}`);
    await opened.value.parts.journal.close();
    opened.value.directory.release();
    assert.ok((await open()).ok);
  });
});

test('a counter that fell behind the journal catches up', async () => {
  await inFolder(async ({ open }, folder) => {
    await open();
    const file = join(folder, 'boot.json');
    const counter = readFileSync(file);
    await open();
    writeFileSync(file, counter);
    const third = await open();
    assert.equal(third.ok && third.value.boot, 3);
  });
});

/** Whatever is opened when a later step fails is closed again: a second attempt can be made. */
const FAULTS: readonly [string, Partial<OpenOptions>, Answer, string][] = [
  [
    'a venue that does not start',
    { venues: async () => err('no venue') },
    answered(200, RULES),
    'no venue',
  ],
  [
    'a venue that nobody brought up',
    { venues: async () => ok(new Map()) },
    answered(200, RULES),
    'binance: nothing says where it is reached',
  ],
  [
    'a venue that does not answer',
    {},
    err({ kind: 'timeout', url: '', detail: 'no answer within 5000 ms' }),
    'binance: no answer within 5000 ms',
  ],
  [
    'a venue that answers with an error',
    {},
    answered(503, ''),
    'binance: exchangeInfo answers with status 503',
  ],
  ['rules that are garbage', {}, answered(200, '<html>'), 'binance: exchangeInfo: '],
  [
    'rules without our symbol',
    {},
    answered(200, '{"symbols":[]}'),
    'BTCUSDT: not traded on binance',
  ],
];

for (const [what, parts, answer, said] of FAULTS) {
  test(`${what} keeps the desk shut, and its sentence says so`, async () => {
    await inFolder(
      async ({ open }) => {
        assert.match(await faultOf(open()), said);
        assert.match(await faultOf(open()), said, 'everything was given back');
      },
      parts,
      answer,
    );
  });
}

test('key files that cannot be read keep the desk shut', async () => {
  await inFolder(
    async ({ open }, folder) => {
      assert.ok((await open()).ok, 'the first start makes them');
      writeFileSync(join(folder, 'keys', 'authorised-keys'), 'garbage');
      const said = await faultOf(open());
      assert.match(said, 'authorised');
      assert.match(await faultOf(open()), 'authorised');
    },
    { hasShell: true },
  );
});

test('papers for TLS that are missing or do not fit keep the desk shut', async () => {
  await inFolder(async ({ options }, folder) => {
    const file = (name: string): string => join(folder, 'keys', name);
    const start = async (): Promise<string> => {
      const tls = {
        listen: '127.0.0.1:0',
        certificate: file('tls.pem'),
        key: file('tls.key'),
        clients: ['ab'.repeat(32)],
      };
      const config = { ...options.config, remote: { tls } };
      const store = new EventStore(memoryTables());
      const opened = await openDesk({ ...options, config, hasShell: true, store });
      assert.not(opened.ok);
      return opened.ok ? '' : opened.error;
    };
    assert.match(await start(), `remote.tls.certificate: found no file ${file('tls.pem')}`);
    writeFileSync(file('tls.pem'), 'garbage');
    assert.match(await start(), `remote.tls.key: found no file ${file('tls.key')}`);
    HASTY_FILES.ensureFolder(file('tls.key'), 0o700);
    assert.match(await start(), /^remote\.tls\.key: .*EISDIR/);
    rmSync(file('tls.key'), { recursive: true });
    writeFileSync(file('tls.key'), 'garbage');
    assert.match(await start(), `remote.tls: ${file('tls.pem')}: `);
  });
});

test('a journal that is damaged keeps the desk shut', async () => {
  await inFolder(async ({ open }, folder) => {
    await open();
    const segments = join(folder, 'journal', 'segments');
    const bytes = HASTY_FILES.read(join(segments, HASTY_FILES.list(segments)[0] as string));
    assert.ok(bytes !== null);
    const damaged = Uint8Array.from(bytes as Uint8Array);
    damaged[0] = (damaged[0] as number) ^ 0xff;
    writeFileSync(join(segments, HASTY_FILES.list(segments)[0] as string), damaged);
    const said = await faultOf(open());
    assert.match(said, 'segment');
    assert.match(await faultOf(open()), 'segment');
  });
});

test('a data directory that is not ours keeps the desk shut', async () => {
  await inFolder(async ({ options }, folder) => {
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    const opened = await openDesk({ ...options, folder: file });
    assert.match(opened.ok ? 'it opened' : opened.error, 'a file');
  });
});

test('real hardware is for the desk on the real clock: a rehearsal leaves it alone', async () => {
  const gpiod = (config: Config): Config => ({
    ...config,
    hardware: {
      ...config.hardware,
      driver: 'gpiod',
      chip: 'gpiochip99',
      pins: PINS,
      guardPins: GUARD_PINS,
    },
  });
  for (const isClockReal of [false, true]) {
    await inFolder(async ({ options }) => {
      const config = gpiod(options.config);
      const opened = await openDesk({ ...options, config, isClockReal });
      assert.is(opened.ok, !isClockReal);
      if (!opened.ok) assert.match(opened.error, /^hardware.driver gpiod: /);
      else {
        assert.is(opened.value.parts.hardware.backend.kind, 'simulated-panel');
        await opened.value.parts.journal.close();
        opened.value.directory.release();
      }
    });
  }
});

test.run();
