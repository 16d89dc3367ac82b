import { PassThrough } from 'node:stream';
import type {
  ActorRow,
  Desk,
  DeskStatus,
  OrderRow,
  PositionRow,
} from '../../../src/commands/desk.ts';
import type { EstopEventRow, EstopRow } from '../../../src/commands/estop/estop-port.ts';
import type { MeasuredReaction } from '../../../src/commands/estop/measure-port.ts';
import type {
  CrashOptions,
  DoctorOptions,
  GuardOptions,
  RecordOptions,
  SimulateOptions,
  StartOptions,
  Surroundings,
  TuneOptions,
  VenueOptions,
} from '../../../src/commands/local-command.ts';
import type { PeerRow } from '../../../src/commands/peers/peers-port.ts';
import type { Terminal } from '../../../src/commands/terminal.ts';
import type { ControlSummary } from '../../../src/control/control-desk.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { err, ok } from '../../../src/core/result.ts';
import { millisOf } from '../../../src/core/units.ts';
import { panelHand } from '../../../src/desk/hardware/panel-hand.ts';
import { openRecordedDesk } from '../../../src/desk/proof/recorded-desk.ts';
import type { AlertRow } from '../../../src/ops/alerts/alert-board.ts';
import { manualEnv } from '../manual-env.ts';
import { aTestInspector, GOOD_HEALTH } from './test-inspector.ts';
import { A_MARKET } from './test-market.ts';
import { A_RISK } from './test-risk.ts';

export interface TestTerminal extends Terminal {
  /** Everything that was written to each stream. */
  readonly written: { out: string; err: string };
}

export function aTerminal(parts: Partial<Terminal> = {}): TestTerminal {
  const written = { out: '', err: '' };
  return {
    written,
    out(text) {
      written.out += text;
    },
    err(text) {
      written.err += text;
    },
    isInteractive: false,
    hasColour: false,
    columns: 80,
    ...parts,
  };
}

export interface CommandWorld extends Surroundings {
  readonly terminal: TestTerminal;
  readonly input: PassThrough & NodeJS.ReadStream;
  /** The screen of a person; `isTTY` makes readline edit lines on it. */
  readonly output: PassThrough & NodeJS.WriteStream;
  /** What the launcher was asked to start. */
  readonly launched: (StartOptions | VenueOptions | GuardOptions)[];
  readonly simulated: SimulateOptions[];
  readonly crashed: CrashOptions[];
  readonly examined: DoctorOptions[];
  readonly tuned: TuneOptions[];
  readonly recordings: RecordOptions[];
}

/** The surroundings of a command line; real files, everything else in the test's hands. */
export function aCommandWorld(
  parts: Partial<Surroundings> = {},
  terminal = aTerminal(),
): CommandWorld {
  const env = manualEnv();
  const launched: (StartOptions | VenueOptions | GuardOptions)[] = [];
  const simulated: SimulateOptions[] = [];
  const crashed: CrashOptions[] = [];
  const examined: DoctorOptions[] = [];
  const tuned: TuneOptions[] = [];
  const recordings: RecordOptions[] = [];
  const net = () => {
    throw new Error('no command needs the network');
  };
  return {
    env: {
      ...env,
      files: nodeFiles,
      entropy: (bytes) => new Uint8Array(bytes),
      net: { webSocket: net, http: net },
    },
    version: '1.2.3',
    variables: { HOME: '/home/someone' },
    launch: {
      async start(options) {
        launched.push(options);
        return 0;
      },
      async guard(options) {
        launched.push(options);
        return 0;
      },
      async venue(options) {
        launched.push(options);
        return 0;
      },
      async crash(options) {
        crashed.push(options);
        return 0;
      },
      async simulate(options) {
        simulated.push(options);
        return 0;
      },
      measureStop: async (configFile, presses) =>
        configFile === 'no.yaml'
          ? err('no such file')
          : ok({ driver: 'simulated-panel', presses, rows: [MEASURED] }),
      panel: async (folder, { files, timers }) => panelHand(folder, { files, timers }),
      async doctor(options) {
        examined.push(options);
        return 0;
      },
      async tune(options) {
        tuned.push(options);
        return 0;
      },
      async record(options) {
        recordings.push(options);
        return 0;
      },
      recorded: (folder, { files }) => openRecordedDesk(files, folder),
    },
    ...parts,
    terminal,
    input: new PassThrough() as PassThrough & NodeJS.ReadStream,
    output: Object.assign(new PassThrough(), { isTTY: true, columns: 80 }) as PassThrough &
      NodeJS.WriteStream,
    launched,
    simulated,
    crashed,
    examined,
    tuned,
    recordings,
  };
}

export const CALM: ControlSummary = {
  mode: 'full-auto',
  requested: 'full-auto',
  faults: [],
  gate: [],
  cooldownMs: 0,
  latch: null,
  riskScale: 1,
  raised: [],
};

export const STATUS: DeskStatus = {
  ...CALM,
  version: '1.2.3',
  pid: 42,
  uptimeSeconds: 61,
  bid: '60000.00',
  ask: '60000.01',
  symbol: 'BTCUSDT',
  position: '0.00100 BTC',
  markets: [
    {
      ...{ venue: 'binance', symbol: 'BTCUSDT', position: '0.00100' },
      ...{ bid: '60000.00', ask: '60000.01' },
    },
    {
      ...{ venue: 'kraken', symbol: 'BTC/USD', position: '-' },
      ...{ bid: null, ask: null },
    },
  ],
  pnl: '1.50',
  fees: '0.10',
  orders: 7,
  fills: 3,
  rejects: 1,
  refusals: { 'stale-book': 2, mode: 1 },
  restarts: 0,
  gaps: 0,
  crossed: 0,
  latencyP99Us: 95.5,
  submissionP99Us: 40,
  journalSequence: 1234,
};

export const ACTOR: ActorRow = {
  path: 'trading/risk',
  kind: 'risk',
  status: 'running',
  uid: 5,
  restarts: 1,
  mailbox: 0,
  capacity: 8192,
  highWater: 12,
  handled: 99,
  dropped: 0,
  lastError: null,
};

export const POSITION: PositionRow = {
  symbol: 'BTCUSDT',
  quantity: '-0.00100',
  entry: '60000.00',
  mark: null,
  realised: '1.00',
  unrealised: null,
  fees: '0.10',
};

export const ORDER: OrderRow = {
  clientId: 'desk-1-mm-1',
  symbol: 'BTCUSDT',
  side: 'buy',
  kind: 'limit',
  price: '60000.00',
  quantity: '0.00100',
  filled: '0.00000',
  status: 'open',
};

export const PEER: PeerRow = {
  node: 'tokyo',
  isUp: true,
  since: '2026-01-01T00:00:00.000Z',
  incarnation: '00000000000000bb',
  refused: [],
  roundTripMs: 1.25,
  mode: 'full-auto',
  gate: [],
};

export const ESTOP: EstopRow = {
  driver: 'simulated-panel',
  isHardware: false,
  cause: null,
  causes: [],
  isFaulted: false,
  isAcknowledged: false,
  contacts: { a: 'closed', b: 'closed', tamper: 'closed' },
  provenAt: null,
  proof: 'barred',
};

export const MEASURED: MeasuredReaction = {
  ...{ load: 'idle', reaction: 'gate closed', count: 1, p50Us: 900.5, p99Us: 900.5 },
  ...{ maxUs: 900.5, samplesUs: [900.5] },
};

export const ESTOP_EVENT: EstopEventRow = {
  sequence: 12,
  at: '2026-01-01T00:00:00.000Z',
  boot: 1,
  monoUs: 1_000_000,
  what: 'trip:shell',
  cause: 'shell',
  by: 'ann',
  detail: 'wrong prices, "all" of them',
  modeBefore: 'full-auto',
  modeAfter: 'emergency',
  openOrders: 2,
};

/** A desk that notes what is asked of it. */
export interface TestDesk extends Desk {
  readonly calls: string[];
}

const AN_ALERT: AlertRow = {
  id: 41,
  level: 'critical',
  what: 'emergency',
  by: 'ada',
  text: 'wrong prices',
  at: millisOf(1_700_000_000_000),
  count: 1,
  acknowledgedBy: null,
  reason: null,
};

export function aTestDesk(parts: Partial<Desk> = {}): TestDesk {
  const calls: string[] = [];
  const note = (...words: string[]): void => void calls.push(words.join(' '));
  return {
    calls,
    inspector: aTestInspector(),
    alerts: {
      list: () => [AN_ALERT],
      async acknowledge(id, by, reason) {
        note('acknowledge', String(id), reason, by);
        if (id !== AN_ALERT.id) return err(`found ${id}, wanted one of ${AN_ALERT.id}`);
        return ok({ ...AN_ALERT, acknowledgedBy: by, reason });
      },
    },
    market: A_MARKET,
    risk: A_RISK,
    status: async () => STATUS,
    actors: () => [ACTOR],
    actorState: (path) => (path === ACTOR.path ? { loss: 5 } : null),
    async administer(action, path, by) {
      note(action, path, by);
      return ok(`${action} ${path}`);
    },
    positions: async () => [POSITION],
    orders: () => [ORDER],
    mode: () => CALM,
    async requestMode(mode, by, reason) {
      note('mode', mode, by, reason);
      return { ...CALM, requested: mode };
    },
    async emergency(by, reason) {
      note('emergency', by, reason);
      return { ...CALM, mode: 'emergency', gate: ['emergency'], latch: `${by}: ${reason}` };
    },
    async reset(by, reason) {
      note('reset', by, reason);
      return ok({ ...CALM, mode: 'manual', requested: 'manual', cooldownMs: 1_500 });
    },
    async release(id, { user }, reason) {
      note('release', id, user, reason);
      return id === 'C28@venue:0' ? ok(CALM) : err(`${id}: not raised; C28@venue:0 is`);
    },
    async reload(by) {
      note('reload', by);
      return ok(['risk.maxDailyLoss: 1000 → 500']);
    },
    stop: (by) => note('stop', by),
    estop: {
      state: () => ESTOP,
      async acknowledge(by) {
        note('acknowledge', by);
        return true;
      },
      async prove(by, reason) {
        note('prove', by, reason);
        return ok(ESTOP);
      },
      report: async () => ok([ESTOP_EVENT]),
    },
    peers: {
      rows: () => [PEER],
      status: async (node) => (node === PEER.node ? ok(STATUS) : err(`no peer ${node}`)),
      health: async (node) => (node === PEER.node ? ok(GOOD_HEALTH) : err(`no peer ${node}`)),
      async emergency(node, by, why) {
        note('peer-emergency', node, by, why);
        return ok(GOOD_HEALTH);
      },
    },
    proof: {
      explain: async (clientId) => err(`no order ${clientId} is in this journal`),
      modeHistory: async () => ok([]),
    },
    access: {
      keys: () => [{ name: 'ann', role: 'operator', key: 'AAAA' }],
      change(change, by) {
        note('access', JSON.stringify(change), by);
        return ok('changed');
      },
      recordRefusal: (who, command) => note('refused', who.user, command),
      needsSecond: () => false,
      request(mode, reason, by) {
        note('request', mode, by, reason);
        return ok({ kind: 'to-sign', id: '1', statement: 'x' });
      },
      approve(id, by) {
        note('approve', id, by);
        return ok({ kind: 'to-sign', id, statement: 'x' });
      },
      async sign(id, signature, by) {
        note('sign', id, signature, by);
        return ok({ kind: 'mode-requested', id });
      },
      pending: () => [],
    },
    recordCommand(by, command) {
      note('recorded', by, command);
      return ok(undefined);
    },
    ...parts,
  };
}
