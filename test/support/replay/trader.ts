import { priceText, quantityText } from '../../../src/core/instrument.ts';
import { rngOf } from '../../../src/core/rng.ts';
import type { Lots, Ticks } from '../../../src/core/units.ts';
import { playThrough } from '../../../src/simulation/replay/player.ts';
import { SOCKET_LIMITS } from '../../../src/venues/connection.ts';
import { ALICE, type Params, signedParams } from '../venue/client.ts';
import { aFeed } from './feed.ts';
import { aReplay, HOST, theRecording } from './replay.ts';

/**
 * Plays a recording to a client that quotes, takes and cancels by chance, over the in-process net.
 *
 * @returns a digest of every byte that was sent on any socket, and when
 */
export async function replayDigest(path: string, seed: number) {
  const replay = aReplay(await theRecording(path), { seed, leadMs: 500 });
  const { stream } = aFeed(replay);
  trade(replay, seed, () => stream.views[0]);
  replay.venue.start();
  await playThrough(replay.time, replay.venue.player);
  const { clearing } = replay.venue.exchange;
  return { ...replay.digest(), trades: clearing.account('alice').tradeCount };
}

/** Lets a client do something every 100 ms or so. */
function trade(
  { net, time, venue }: ReturnType<typeof aReplay>,
  seed: number,
  view: () => { readonly bidTicks: number; readonly askTicks: number } | undefined,
): void {
  const random = rngOf(seed).fork('trader');
  const { instrument } = venue.recording.rules;
  let asked = 0;
  const link = net.webSocket(
    `ws://${HOST}/ws-api/v3`,
    {
      opened() {
        request('userDataStream.subscribe.signature', {});
        act();
      },
      message() {},
      closed() {},
    },
    SOCKET_LIMITS,
  );
  const request = (method: string, params: Params): void => {
    asked += 1;
    const signed = signedParams(params, ALICE, time.clock.now());
    link.send(JSON.stringify({ id: asked, method, params: signed }));
  };
  const act = (): void => {
    time.timers.after(200 * random.next(), act);
    const { symbol } = instrument;
    const { bidTicks = 0, askTicks = 0 } = view() ?? {};
    const draw = random.next();
    if (draw < 0.2) request('openOrders.cancelAll', { symbol });
    if (draw < 0.2 || bidTicks === 0) return;
    const side = random.next() < 0.5 ? 'BUY' : 'SELL';
    const away = random.below(3) * (side === 'BUY' ? -1 : 1);
    const at = (side === 'BUY' ? bidTicks : askTicks) + away;
    const quantity = quantityText(instrument, (1_000 + random.below(5_000)) as Lots);
    const common = { symbol, side, quantity };
    const price = priceText(instrument, at as Ticks);
    if (draw < 0.3) request('order.place', { ...common, type: 'MARKET' });
    else request('order.place', { ...common, type: 'LIMIT_MAKER', price });
  };
}
