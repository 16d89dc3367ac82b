import type { Gate } from '../../../src/control/gate.ts';
import type { HttpRequest, Net } from '../../../src/core/env.ts';
import { ok, type Result } from '../../../src/core/result.ts';
import type { BalanceDifference, LedgerEvent } from '../../../src/execution/ledger.ts';
import type { OrderEvent } from '../../../src/execution/order.ts';
import type { OrderUpdated } from '../../../src/execution/order-manager.ts';
import type { ReconcileOutcome, VenueReconciled } from '../../../src/execution/reconciliation.ts';
import { DeskMetrics } from '../../../src/ops/desk-metrics.ts';
import { VenueDesk } from '../../../src/venues/venue-desk.ts';
import type {
  VenueDeskOptions,
  VenueDeskPort,
  VenueMemory,
} from '../../../src/venues/venue-desk-port.ts';
import { frameOf } from '../binance/frames.ts';
import { type ManualEnv, manualEnv } from '../manual-env.ts';
import { anInstrument } from '../trade/instruments.ts';
import {
  anOpenGate,
  aVenue,
  emptyAccount,
  type HttpOutcome,
  replyTo,
  type SentFrame,
  sentFrame,
} from './order-socket.ts';

/** How long an answer over REST takes. */
const TRIP_MS = 10;

/** A venue desk without an actor: its socket, its timers and control are in the test's hands. */
export interface TestDesk {
  readonly desk: VenueDesk;
  readonly env: ManualEnv;
  readonly gate: Gate;
  readonly metrics: DeskMetrics;
  /** What left on the socket, oldest first. */
  readonly sent: SentFrame[];
  /** What was asked over REST. */
  readonly asked: HttpRequest[];
  readonly journal: (OrderEvent | LedgerEvent | VenueReconciled)[];
  readonly told: (OrderUpdated | LedgerEvent)[];
  /** `kind token-or-reason`, as control heard it. */
  readonly news: string[];
  /** `level kind`, with the fields that say what happened. */
  readonly log: { readonly what: string; readonly fields: unknown }[];
  readonly outcomes: ReconcileOutcome[];
  readonly adjusted: BalanceDifference[];
  readonly dropped: string[];
  /** Addresses that were connected to, and why some were not. */
  readonly opened: string[];
  readonly notOpened: string[];
  /** What left over HTTP instead of the socket. */
  readonly requests: { readonly request: HttpRequest; readonly requestId: string }[];
  /** What stands behind the desk; a test may change it at any time. */
  readonly world: {
    /** The venue's answer to a question; null is silence. */
    answer: (request: HttpRequest) => HttpOutcome | null;
    compare: () => Result<readonly BalanceDifference[], string>;
    journaled: (event: OrderEvent | LedgerEvent | VenueReconciled) => void;
    isConnected: boolean;
  };
  /** A frame of the venue. */
  hear(frame: object | string): 'ok' | 'closing';
  /** The venue's reply to the latest request of a method. */
  reply(method: string, status: number, rest?: object): 'ok' | 'closing';
  /** Opens the socket and lets the venue confirm the subscription. */
  connect(): void;
  /** Connects, lets control ask for a run with the token, and waits for its end. */
  reconciled(token?: number): Promise<void>;
}

const NO_MEMORY: VenueMemory = {
  order: () => undefined,
  isBooked: () => false,
  openOrders: [],
  marks: new Map(),
};

export interface DeskParts {
  readonly options?: Partial<VenueDeskOptions>;
  readonly memory?: Partial<VenueMemory>;
  readonly gate?: Gate;
  /** Of an incarnation before. */
  readonly env?: ManualEnv;
}

export function aDesk(parts: DeskParts = {}): TestDesk {
  const env = parts.env ?? manualEnv();
  const gate = parts.gate ?? anOpenGate();
  const instruments = [anInstrument()];
  const metrics = new DeskMetrics();
  const sent: SentFrame[] = [];
  const asked: HttpRequest[] = [];
  const journal: (OrderEvent | LedgerEvent | VenueReconciled)[] = [];
  const told: (OrderUpdated | LedgerEvent)[] = [];
  const news: string[] = [];
  const log: TestDesk['log'] = [];
  const outcomes: ReconcileOutcome[] = [];
  const adjusted: BalanceDifference[] = [];
  const opened: string[] = [];
  const requests: TestDesk['requests'] = [];
  const notOpened: string[] = [];
  const dropped: string[] = [];
  const world: TestDesk['world'] = {
    answer: (request) => emptyAccount(request, env.nowMs),
    compare: () => ok([]),
    journaled: () => {},
    isConnected: true,
  };
  const net: Net = {
    webSocket: () => {
      throw new Error('the socket is the actor’s');
    },
    http(request, done) {
      asked.push(request);
      env.timers.after(TRIP_MS, () => {
        const answer = world.answer(request);
        if (answer !== null) done(answer);
      });
    },
  };
  const wishes = new Map<string, { cancel(): void }>();
  const port: VenueDeskPort = {
    path: 'trading/venues/venue:binance',
    clock: env.clock,
    random: env.random,
    fenced: (callback) => callback,
    send(request, requestId) {
      if (typeof request !== 'string') requests.push({ request, requestId });
      else if (world.isConnected) sent.push(sentFrame(request));
      return world.isConnected;
    },
    open: (url) => void opened.push(url),
    notOpened: (why) => void notOpened.push(why),
    told: (update) => void told.push(update),
    dropped: (_, order) => void dropped.push(order.clientId),
    compare: async () => world.compare(),
    adjust: (differences) => void adjusted.push(...differences),
    pause: (ms) => new Promise((resolve) => void env.timers.after(ms, resolve)),
    later(what, ms) {
      wishes.get(what)?.cancel();
      const act = what === 'try-again' ? () => desk.run('restart') : () => desk.liftThrottle();
      wishes.set(what, env.timers.after(ms, act));
    },
    runEnded(outcome) {
      outcomes.push(outcome);
      desk.onRunEnded(outcome);
    },
    tellRisk: () => {},
    tellControl({ kind, ...rest }) {
      news.push([kind, ...Object.values(rest)].join(' '));
    },
  };
  const options: VenueDeskOptions = {
    venue: aVenue(instruments),
    instruments,
    deskId: 'desk',
    isOfThisBoot: (clientId) => clientId.startsWith('desk-1-'),
    net,
    gate,
    metrics,
    requestTimeoutMs: 2_000,
    isClockReal: false,
    journal(event) {
      journal.push(event);
      world.journaled(event);
    },
    log: Object.assign(
      (level: string, _actor: string, kind: string, fields?: unknown) =>
        void log.push({ what: `${level} ${kind}`, fields }),
      { setLevel: () => {} },
    ),
    ...parts.options,
  };
  const desk = new VenueDesk(options, { ...NO_MEMORY, ...parts.memory }, port);
  const hear = (frame: object | string): 'ok' | 'closing' => {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    return desk.onFrame(frameOf(text), env.clock.mono());
  };
  const reply = (method: string, status: number, rest: object = {}): 'ok' | 'closing' => {
    const request = sent.filter((each) => each.method === method).at(-1);
    if (request === undefined) throw new Error(`no ${method} was sent`);
    return hear(replyTo(request.id, status, rest));
  };
  const connect = (): void => {
    desk.onOpened();
    reply('userDataStream.subscribe.signature', 200, { result: {} });
  };
  return {
    desk,
    env,
    gate,
    metrics,
    sent,
    asked,
    journal,
    told,
    news,
    log,
    outcomes,
    adjusted,
    dropped,
    opened,
    notOpened,
    requests,
    world,
    hear,
    reply,
    connect,
    async reconciled(token = 1) {
      connect();
      desk.reconcile(token);
      await env.advance(1_000);
    },
  };
}
