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
import { type Case, quantileCases } from './case.ts';
import { drained, idleLateness, medians, openLoop, PERCENTILES, ROUNDS } from './open-loop.ts';

const FRAMES_PER_SECOND = 50_000;
/** One frame in so many moves the price, which replaces both quotes. */
const FRAMES_PER_PRICE = 100;
/** Seconds of the same load before anything counts, as a share of what counts. */
const WARM_UP_SHARE = 0.3;
/** Length of a look at the idle loop after every round, as a share of the round. */
const IDLE_SHARE = 0.4;

const BUDGET_P99_US = 100;
/** A machine whose bare event loop is later than this cannot tell how late the desk would be. */
const IDLE_P999_US = 50;
const TARGETS = [null, BUDGET_P99_US];
/** A decision and a submission. */
const BOTH_P99_US = 2 * BUDGET_P99_US;

/**
 * The whole way of the desk under load: frames into the feed's socket handler, orders out of the
 * venue's socket, with the journal in a folder of its own and drained by its thread.
 */
export async function tickToOrderCases(seconds: number): Promise<Case[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-'));
  try {
    const figures = await walk(folder, seconds);
    const of = (series: number): number[] =>
      figures.slice(series * PERCENTILES.length, (series + 1) * PERCENTILES.length);
    const idle = of(4);
    const isJudged = (idle[2] as number) < IDLE_P999_US;
    return [
      ...quantileCases('decision from the callback', of(0), { targets: TARGETS }),
      ...quantileCases('decision from intended arrival', of(1), {
        targets: TARGETS,
        idle,
        isJudged,
      }),
      ...quantileCases('submission', of(2), { targets: TARGETS }),
      ...quantileCases('frame to order on the socket', of(3), { targets: [null, BOTH_P99_US] }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Five series of percentiles, the last of them of the same schedule with nothing to do. */
async function walk(folder: string, seconds: number): Promise<number[]> {
  const instrument = anInstrument();
  const net = new StampedNet(new WarmVenue(instrument, FRAMES_PER_PRICE));
  const env = nodeEnv(net, 1);
  const opened = await openJournal(env, { folder, boot: 1, store: 'lmdb' });
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  const { journal } = opened.value;
  const metrics = new StampedMetrics(net);
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
  const round = async (length: number): Promise<number[]> => {
    const deliver = (_: number, intendedNs: number): void => {
      net.intendedNs = intendedNs;
      net.venue.tick();
    };
    await openLoop({ perSecond: FRAMES_PER_SECOND, seconds: length, deliver });
    const { decision, fromIntended, submission } = metrics;
    return [decision, fromIntended, submission, net.fromCallback].flatMap(drained);
  };
  await round(seconds * WARM_UP_SHARE);
  const figures = await medians(async () => [
    ...(await round(seconds / ROUNDS)),
    ...(await idleLateness(FRAMES_PER_SECOND, (seconds / ROUNDS) * IDLE_SHARE)),
  ]);
  const refusals = [...metrics.refusals.keys()];
  if (refusals.length > 0) throw new Error(`orders were refused: ${refusals.join(', ')}`);
  await lane.stopAll(1_000);
  await journal.close();
  return figures;
}

/** Decisions once more, from when their frames should have come. */
class StampedMetrics extends DeskMetrics {
  readonly fromIntended = new LatencyHistogram();
  override readonly decision: LatencyHistogram;

  constructor(net: StampedNet) {
    super();
    const { fromIntended } = this;
    this.decision = new (class extends LatencyHistogram {
      override record(nanos: number): void {
        super.record(nanos);
        fromIntended.record(nanos + net.calledNs - net.intendedNs);
      }
    })();
  }
}

/** The venue's sockets with a watch beside them: when a frame came in, when an order went out. */
class StampedNet implements Net {
  readonly venue: WarmVenue;
  readonly fromCallback = new LatencyHistogram();
  /** When the frame that is about to come should have come. */
  intendedNs = 0;
  /** When it came. */
  calledNs = 0;

  constructor(venue: WarmVenue) {
    this.venue = venue;
  }

  webSocket(url: string, handlers: WebSocketHandlers, limits: WebSocketLimits): WebSocketLink {
    const message = (frame: Uint8Array): void => {
      this.calledNs = nodeClock.mono();
      handlers.message(frame);
    };
    const isStream = url.startsWith('warm:stream');
    const link = this.venue.webSocket(url, isStream ? { ...handlers, message } : handlers, limits);
    if (isStream) return link;
    return {
      close: () => link.close(),
      send: (text) => {
        if (text.includes('"order.place"')) {
          this.fromCallback.record(nodeClock.mono() - this.calledNs);
        }
        return link.send(text);
      },
    };
  }

  http: Net['http'] = (request, done) => this.venue.http(request, done);
}
