import { createHash } from 'node:crypto';
import type { Net } from '../../../src/core/env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { VenueEdge } from '../../../src/simulation/binance/facade.ts';
import { openRecording, type Recording } from '../../../src/simulation/replay/open-recording.ts';
import {
  openReplayVenue,
  type ReplayOptions,
} from '../../../src/simulation/replay/replay-venue.ts';
import {
  DEFAULT_LATENCY,
  type LatencyModel,
  loopbackNet,
} from '../../../src/simulation/server/loopback-net.ts';
import { virtualTime } from '../../../src/simulation/virtual-time.ts';
import { ACCOUNTS, ADMIN_TOKEN } from '../venue/accounts.ts';
import { aClient } from '../venue/client.ts';
import { must } from '../venue/fixtures.ts';

/** Host of the venue on the in-process net. */
export const HOST = 'replay';

const opened = new Map<string, Promise<Recording>>();

/** A recording with derived rules; surveyed once, however many tests play it. */
export function theRecording(path: string): Promise<Recording> {
  const known = opened.get(path);
  if (known !== undefined) return known;
  const opening = openRecording({ path, instruments: null, files: nodeFiles }).then(must);
  opened.set(path, opening);
  return opening;
}

/** An edge that puts all that passes it, either way, into a digest with its time. */
function overheard(edge: VenueEdge, nowNs: () => number) {
  const hash = createHash('sha256');
  let heard = 0;
  const note = (way: string, text: string): void => {
    heard += 1;
    hash.update(`${way} ${nowNs()} ${text}\n`);
  };
  const between: VenueEdge = {
    handleHttp(request, done) {
      note('request', JSON.stringify(request));
      edge.handleHttp(request, (reply) => {
        note('reply', JSON.stringify(reply));
        done(reply);
      });
    },
    connect(peer, path, query) {
      note('connect', `${path}?${query}`);
      const send = (text: string): void => {
        note('down', text);
        peer.send(text);
      };
      const session = edge.connect({ ...peer, send }, path, query);
      if (session === null) return null;
      const message = (text: string): void => {
        note('up', text);
        session.message(text);
      };
      return { message, pong: () => session.pong(), closed: () => session.closed() };
    },
  };
  return { edge: between, digest: () => ({ heard, sha256: hash.digest('hex') }) };
}

/** A replay venue on virtual time that begins `leadMs` before the recording, and a way to it. */
export function aReplay(
  recording: Recording,
  over: Partial<ReplayOptions> & { seed?: number; latency?: LatencyModel; leadMs?: number } = {},
) {
  const { seed = 1, latency = DEFAULT_LATENCY, leadMs = 0, ...options } = over;
  const time = virtualTime(recording.startMs - leadMs);
  const random = rngOf(seed);
  const venue = must(
    openReplayVenue({
      recording,
      clock: time.clock,
      timers: time.timers,
      random: random.fork('venue'),
      accounts: ACCOUNTS,
      records: null,
      adminToken: ADMIN_TOKEN,
      ...options,
    }),
  );
  const heard = overheard(venue, () => time.clock.mono());
  const net: Net = loopbackNet({
    venues: new Map([[HOST, heard.edge]]),
    clock: time.clock,
    timers: time.timers,
    random: random.fork('net'),
    latency,
  });
  return { venue, time, net, digest: heard.digest, ...aClient(venue, time) };
}

/** A digest of all levels and the update id of a recorded book. */
export function bookHash({ venue }: Pick<ReturnType<typeof aReplay>, 'venue'>): string {
  const { market } = venue.exchange;
  const hash = createHash('sha256').update(String(market.updateId));
  for (const side of ['buy', 'sell'] as const) {
    for (const { ticks, lots } of market.depth(side, Number.MAX_SAFE_INTEGER)) {
      hash.update(`${side} ${ticks} ${lots}\n`);
    }
  }
  return hash.digest('hex');
}
