import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lane } from '../actors/runtime/lane.ts';
import { runDaemonCommand } from '../src/commands/daemon-commands.ts';
import type { Desk } from '../src/commands/desk.ts';
import { nodeClock, nodeEnv } from '../src/core/node-env.ts';
import type { DeskParts } from '../src/desk/desk-parts.ts';
import { DeskInspector } from '../src/desk/inspect/desk-inspector.ts';
import { tickPath } from '../src/desk/run/tick-path.ts';
import { WarmVenue } from '../src/desk/run/warm-venue.ts';
import { DeskMetrics } from '../src/ops/desk-metrics.ts';
import { LatencyHistogram } from '../src/ops/latency.ts';
import { silentLog } from '../src/ops/log.ts';
import type { JournalEvent } from '../src/storage/journal/event-table.ts';
import { journalFaultText } from '../src/storage/journal/faults.ts';
import { openJournal } from '../src/storage/journal/recover.ts';
import { madeUpVenue } from '../test/support/binance/made-up-venue.ts';
import { anInstrument } from '../test/support/trade/instruments.ts';
import { type Case, caseOf } from './case.ts';
import { openLoop } from './open-loop.ts';

const FRAMES_PER_SECOND = 20_000;
/** One in 20: the 99th percentile then lies well within the frames that lead to orders. */
const FRAMES_PER_PRICE = 20;
/** Blocks in the order A B B A, so that a machine that changes slowly changes both alike. */
const BLOCKS = 24;
const WARM_UP_SHARE = 0.3;
/** At most so many times the delay when somebody looks. */
const BUDGET_RATIO = 1.1;
const PERCENTILE = 99;

/** Somebody who may look. */
const WHO = { user: 'bench', role: 'viewer' } as const;
const TRACED = 'trading/execution';

/**
 * How much longer the lane is held by a frame while `top --watch` and a trace are attached: from
 * the call of the socket handler to its return, when everything that follows has been done.
 */
export async function inspectionCases(seconds: number): Promise<Case[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flyball-bench-'));
  try {
    const { ratio, alone, watched } = await compare(folder, seconds);
    const peer = { name: 'nobody looks', value: alone };
    return [
      caseOf({ name: 'frame on the lane, looked at, p99', value: watched, unit: 'µs', peer }),
      caseOf({
        name: 'p99 with top and a trace over without, median',
        value: ratio,
        unit: '×',
        target: BUDGET_RATIO,
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(
  folder: string,
  seconds: number,
): Promise<{ readonly ratio: number; readonly alone: number; readonly watched: number }> {
  const instrument = anInstrument();
  const net = new WarmVenue(instrument, FRAMES_PER_PRICE);
  const env = nodeEnv(net, 1);
  const opened = await openJournal(env, { folder, boot: 1, store: 'lmdb' });
  if (!opened.ok) throw new Error(journalFaultText(opened.error));
  const { journal } = opened.value;
  const venue = madeUpVenue(instrument);
  const lane = new Lane({ ...env, name: 'bench-inspection' });
  const append = (event: JournalEvent): void => {
    if (journal.append(event) < 0) throw new Error('the journal takes no events');
  };
  const metrics = new DeskMetrics();
  const { timers } = env;
  await lane.spawn(tickPath({ venue, instrument, net, timers, metrics, journal: append }), 'root');
  const parts = { env, folder, venues: [], log: silentLog() } as Partial<DeskParts> as DeskParts;
  const inspector = new DeskInspector({
    parts,
    lane,
    health: () => {
      throw new Error('nobody asks for the health here');
    },
    openOrders: () => 0,
  });
  const desk = { inspector } as Partial<Desk> as Desk;
  await new Promise<void>((resolve) => env.timers.turn(resolve));
  net.open();
  const block = async (length: number): Promise<number> => {
    const held = new LatencyHistogram();
    const deliver = (): void => {
      const beganNs = nodeClock.mono();
      net.tick();
      held.record(nodeClock.mono() - beganNs);
    };
    await openLoop({ perSecond: FRAMES_PER_SECOND, seconds: length, deliver });
    return held.percentileUs(PERCENTILE) ?? 0;
  };
  const lookedAt = async (length: number): Promise<number> => {
    const watcher = new Watcher(desk);
    const figure = await block(length);
    await watcher.end();
    return figure;
  };
  await block(seconds * WARM_UP_SHARE);
  await lookedAt(seconds * WARM_UP_SHARE);
  const figures = await abba(
    () => block(seconds / BLOCKS),
    () => lookedAt(seconds / BLOCKS),
  );
  await lane.stopAll(1_000);
  await journal.close();
  return figures;
}

/** Pairs of blocks, one of each kind, the first of a pair taking turns. */
async function abba(a: () => Promise<number>, b: () => Promise<number>) {
  const ratios: number[] = [];
  const alone: number[] = [];
  const watched: number[] = [];
  for (let pair = 0; pair < BLOCKS / 2; pair += 1) {
    const isAFirst = pair % 2 === 0;
    const first = await (isAFirst ? a() : b());
    const second = await (isAFirst ? b() : a());
    const [without, withIt] = isAFirst ? [first, second] : [second, first];
    alone.push(without);
    watched.push(withIt);
    ratios.push(withIt / without);
  }
  return { ratio: median(ratios), alone: median(alone), watched: median(watched) };
}

function median(values: number[]): number {
  const ordered = values.sort((left, right) => left - right);
  const middle = ordered.length >> 1;
  return ((ordered[middle - 1] as number) + (ordered[middle] as number)) / 2;
}

/** What a shell does for `top --watch` and `trace`, down to the text that goes to the socket. */
class Watcher {
  readonly #desk: Desk;
  readonly #loops: Promise<void>[];
  #isOver = false;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#loops = [this.#watchTop(), this.#trace()];
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async #watchTop(): Promise<void> {
    while (!this.#isOver) await this.#run('top', '--by', 'latency');
  }

  /** The trace has the rate that it has when nothing is said, and begins anew when it is over. */
  async #trace(): Promise<void> {
    while (!this.#isOver) {
      const begun = await this.#run('trace', TRACED, '--limit', '1000', '--for', '5s');
      const { trace } = begun as { trace: number };
      for (let isOver = false; !isOver && !this.#isOver; ) {
        await new Promise<void>((resolve) => void setTimeout(resolve, FETCH_MS));
        const batch = (await this.#run('trace', '--more', String(trace))) as { isOver: boolean };
        isOver = batch.isOver;
      }
      this.#desk.inspector.endTrace(trace);
    }
  }

  async #run(...words: string[]): Promise<unknown> {
    const { exitCode, data, error } = await runDaemonCommand(this.#desk, words, WHO);
    if (exitCode !== 0) throw new Error(error ?? words.join(' '));
    JSON.stringify(data);
    return data;
  }
}

/** As often as the shell asks. */
const FETCH_MS = 250;
