import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lane } from '../actors/runtime/lane.ts';
import type { Net, WebSocketHandlers, WebSocketLimits, WebSocketLink } from '../src/core/env.ts';
import { nodeClock, nodeEnv } from '../src/core/node-env.ts';
import { tickPath } from '../src/desk/run/tick-path.ts';
import { WarmVenue } from '../src/desk/run/warm-venue.ts';
import { DeskMetrics } from '../src/ops/desk-metrics.ts';
import { LatencyHistogram } from '../src/ops/latency.ts';
import type { JournalEvent } from '../src/storage/journal/event-table.ts';
import { journalFaultText } from '../src/storage/journal/faults.ts';
import { openJournal } from '../src/storage/journal/recover.ts';
import { madeUpVenue } from '../test/support/binance/made-up-venue.ts';
import { anInstrument } from '../test/support/trade/instruments.ts';
import { type Case, caseOf } from './case.ts';
import { idleLateness, microseconds, openLoop } from './open-loop.ts';

const FRAMES_PER_SECOND = 50_000;
/** One frame in so many moves the price, which replaces both quotes. */
const FRAMES_PER_PRICE = 50;
/** Seconds of the same load before anything counts, as a share of what counts. */
const WARM_UP_SHARE = 0.3;

const BUDGET_P99_US = 100;
/** A machine whose bare event loop is later than this cannot tell how late the desk would be. */
const IDLE_P999_US = 50;
const PERCENTILES = [50, 99, 99.9];

/**
 * The whole way of the desk under load: frames into the feed's socket handler, orders out of the
 * venue's socket, with the journal in a folder of its own and drained by its thread.
 */
export async function tickToOrderCases(seconds: number): Promise<Case[]> {
  const idle = await idleLateness(FRAMES_PER_SECOND, seconds / 2);
  const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-'));
  try {
    const { metrics, net } = await walk(folder, seconds);
    const isQuiet = microseconds(idle, 99.9) < IDLE_P999_US;
    return [
      ...quantiles('frame to approved order', metrics.decision),
      ...quantiles('frame to order on the socket', net.fromCallback),
      ...quantiles('the same from intended arrival', net.fromIntended, idle, isQuiet),
      ...quantiles('submission', metrics.submission),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function walk(folder: string, seconds: number) {
  const instrument = anInstrument();
  const net = new StampedNet(new WarmVenue(instrument, FRAMES_PER_PRICE));
  const env = nodeEnv(net, 1);
  const opened = await openJournal(env, { folder, boot: 1, store: 'lmdb' });
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  const { journal } = opened.value;
  const metrics = new DeskMetrics();
  const lane = new Lane({ ...env, name: 'bench-tick-to-order' });
  const options = {
    venue: madeUpVenue(instrument),
    instrument,
    net,
    timers: env.timers,
    metrics,
    journal(event: JournalEvent): void {
      if (journal.append(event) < 0) throw new Error('the journal takes no events');
    },
  };
  await lane.spawn(tickPath(options), 'root');
  await new Promise<void>((resolve) => env.timers.turn(resolve));
  net.venue.open();
  const load = (length: number): Promise<void> =>
    openLoop({
      perSecond: FRAMES_PER_SECOND,
      seconds: length,
      deliver(_, intendedNs) {
        net.intendedNs = intendedNs;
        net.venue.tick();
      },
    });
  await load(seconds * WARM_UP_SHARE);
  for (const histogram of [
    metrics.decision,
    metrics.submission,
    net.fromCallback,
    net.fromIntended,
  ]) {
    histogram.reset();
  }
  await load(seconds);
  if (metrics.refusals.size > 0) throw new Error('orders were refused, so less was measured');
  await lane.stopAll(1_000);
  await journal.close();
  return { metrics, net };
}

/** The venue's sockets with a watch beside them: when a frame came in, when an order went out. */
class StampedNet implements Net {
  readonly venue: WarmVenue;
  readonly fromCallback = new LatencyHistogram();
  readonly fromIntended = new LatencyHistogram();
  /** When the frame that is about to come should have come. */
  intendedNs = 0;
  #calledNs = 0;

  constructor(venue: WarmVenue) {
    this.venue = venue;
  }

  webSocket(url: string, handlers: WebSocketHandlers, limits: WebSocketLimits): WebSocketLink {
    const message = (frame: Uint8Array): void => {
      this.#calledNs = nodeClock.mono();
      handlers.message(frame);
    };
    const isStream = url.startsWith('warm:stream');
    const link = this.venue.webSocket(url, isStream ? { ...handlers, message } : handlers, limits);
    if (isStream) return link;
    return {
      close: () => link.close(),
      send: (text) => {
        const nowNs = nodeClock.mono();
        if (text.includes('"order.place"')) {
          this.fromCallback.record(nowNs - this.#calledNs);
          this.fromIntended.record(nowNs - this.intendedNs);
        }
        return link.send(text);
      },
    };
  }

  http: Net['http'] = (request, done) => this.venue.http(request, done);
}

function quantiles(
  name: string,
  histogram: LatencyHistogram,
  idle: LatencyHistogram | null = null,
  isJudged = true,
): Case[] {
  return PERCENTILES.map((percentile) =>
    caseOf({
      name: `${name}, p${percentile}`,
      value: microseconds(histogram, percentile),
      unit: 'µs',
      ...(idle === null
        ? {}
        : { peer: { name: 'idle loop', value: microseconds(idle, percentile) } }),
      ...(percentile === 99 ? { target: BUDGET_P99_US } : {}),
      isJudged,
    }),
  );
}
