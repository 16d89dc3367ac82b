import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reaction } from '../../../commands/estop/measure-port.ts';
import type { Config } from '../../../config/schema.ts';
import type { Gate } from '../../../control/gate.ts';
import type { Env, Net } from '../../../core/env.ts';
import { nodeClock, nodeEnv, nodeTimers } from '../../../core/node-env.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { rngOf } from '../../../core/rng.ts';
import { silentLog } from '../../../ops/log.ts';
import { loopbackNet } from '../../../simulation/server/loopback-net.ts';
import { openVenue, type Venue } from '../../../simulation/server/venue.ts';
import { lockFile } from '../../../storage/directory-lock.ts';
import { EventStore } from '../../../storage/event-store/event-store.ts';
import { memoryTables } from '../../../storage/event-store/memory-tables.ts';
import type { ConfigLoader } from '../../desk-parts.ts';
import { type OpenedDesk, openDesk } from '../../open-desk.ts';
import { accessAt, IN_PROCESS } from '../../run/in-process.ts';
import { RunningDesk } from '../../running-desk.ts';
import { recordedVenueOf, withOnly } from '../../venue/floor.ts';
import { ACCOUNT, generatedVenue } from '../../venue/options.ts';
import type { Presser } from './presser.ts';

const HOST = 'in-process';
const LOOK_MS = 1;
const TRADING_MS_MAX = 60_000;
const STOPPED_MS_MAX = 15_000;

/** Nanoseconds from the edge; null where there was nothing to react to, or it never came. */
export type Press = Readonly<Record<Reaction, number | null>>;

/**
 * Runs a paper desk of its own until orders rest and something is held, has its contacts
 * opened, and waits until nothing rests and all is flat again, at the venue.
 */
export async function pressedDesk(options: {
  readonly config: Config;
  readonly load: ConfigLoader;
  readonly presser: Presser;
  readonly seed: number;
  readonly version: string;
  /** Runs beside it from the press on; ends when told. */
  readonly burden: () => () => void;
}): Promise<Result<Press, string>> {
  const { load, presser, seed, version } = options;
  // One venue is measured: the way to a second is as long.
  const config = withOnly(options.config, recordedVenueOf(options.config));
  const folder = mkdtempSync(join(tmpdir(), 'flyball-measure-'));
  const venue = aVenue(config, seed);
  const wire = new StampedNet(venue, config, seed);
  try {
    const opened = await openDesk({
      ...{ config, load, folder, version, env: wire.env, log: silentLog(), lock: lockFile },
      store: new EventStore(memoryTables()),
      isClockReal: true,
      hasShell: false,
      venues: async () =>
        ok(new Map(config.venues.map(({ name }) => [name, accessAt(HOST, IN_PROCESS)]))),
    });
    if (!opened.ok) return opened;
    return await pressed(opened.value, venue, wire, presser, options.burden);
  } finally {
    venue.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function pressed(
  { parts, directory }: OpenedDesk,
  venue: Venue,
  wire: StampedNet,
  presser: Presser,
  burden: () => () => void,
): Promise<Result<Press, string>> {
  const desk = new RunningDesk(parts, { onStop: () => {}, onFatal: () => {} });
  wire.gate = parts.gate;
  const account = venue.exchange.account(ACCOUNT);
  if (account === null) return err('the desk has no account at its venue');
  const isFlat = async (): Promise<boolean> =>
    (await desk.positions()).every(({ entry }) => entry === null);
  const rests = (): boolean => account.open.size > 0;
  await desk.start();
  const isTrading = await soon(async () => rests() && !(await isFlat()), TRADING_MS_MAX);
  let outcome: Result<Press, string> = err('the desk did not come to hold anything');
  if (isTrading !== null) {
    const lift = burden();
    const { backend } = parts.hardware;
    const pressable = { backend, runFolder: directory.runFolder, gate: parts.gate.shared };
    const press = await presser.press(pressable);
    if (press.ok) {
      const { edgeNs, closedNs } = press.value;
      const since = (atNs: number | null): number | null => (atNs === null ? null : atNs - edgeNs);
      const none = await soon(async () => !rests(), STOPPED_MS_MAX);
      const flat = await soon(async () => !rests() && (await isFlat()), STOPPED_MS_MAX);
      outcome = ok({
        'gate closed': since(closedNs),
        'cancel sent': since(wire.cancelledNs),
        'nothing rests': since(none),
        flat: since(flat),
      });
    } else outcome = press;
    presser.release(pressable);
    lift();
  }
  await desk.close('measured');
  await parts.journal.close();
  directory.release();
  return outcome;
}

/** Looks every millisecond. @returns when it had become true, or null */
async function soon(isTrue: () => Promise<boolean>, withinMs: number): Promise<number | null> {
  const endNs = nodeClock.mono() + withinMs * 1e6;
  for (;;) {
    const isSo = await isTrue();
    const nowNs = nodeClock.mono();
    if (isSo) return nowNs;
    if (nowNs > endNs) return null;
    await new Promise<void>((resolve) => void nodeTimers.after(LOOK_MS, resolve));
  }
}

function aVenue(config: Config, seed: number): Venue {
  const opened = openVenue(
    generatedVenue(config.simulation, recordedVenueOf(config), {
      clock: nodeClock,
      timers: nodeTimers,
      random: rngOf(seed).fork('venue'),
      account: IN_PROCESS,
      records: null,
    }),
  );
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  opened.value.start();
  return opened.value;
}

/** The way to a venue in this process, which notes the first cancel of a stopped desk. */
class StampedNet {
  readonly env: Env;
  /** When it was handed to the socket; a quote that is replaced is cancelled as well. */
  cancelledNs: number | null = null;
  gate: Gate | null = null;

  constructor(venue: Venue, config: Config, seed: number) {
    const { latencyMs, latencyJitterMs } = config.simulation;
    const net = loopbackNet({
      venues: new Map([[HOST, venue]]),
      clock: nodeClock,
      timers: nodeTimers,
      random: rngOf(seed).fork('net'),
      latency: { fixedMs: latencyMs, jitterMs: latencyJitterMs },
    });
    this.env = nodeEnv(this.#stamped(net), seed);
  }

  #stamped(net: Net): Net {
    return {
      http: (request, done) => net.http(request, done),
      webSocket: (url, handlers, limits) => {
        const link = net.webSocket(url, handlers, limits);
        return {
          send: (text) => {
            const isStopped = this.gate?.isClosedBy('emergency') === true;
            if (isStopped && CANCEL.test(text)) this.cancelledNs ??= nodeClock.mono();
            return link.send(text);
          },
          close: () => link.close(),
        };
      },
    };
  }
}

const CANCEL = /"method":"(order|orderList|openOrders)\.cancel/;
